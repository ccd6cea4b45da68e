"""Activating a license: by its key, whoever's it is to become; or one's own, on its page."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.license_intake.actions import activate_license, begin
from portal.license_intake.forms import ActivationForm
from portal.licenses.finding import find, ring
from portal.licenses.models import License
from portal.licenses.routes import license_page
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("license_activation", __name__)


@bp.get("/activation")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN)
def new() -> ResponseReturnValue:
    return page("license_intake/activation.html", form=ActivationForm(formdata=None))


@bp.post("/activation")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN)
@limited("license activation")
def activate() -> ResponseReturnValue:
    form = ActivationForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                with db().begin_nested():
                    typed, by = form.key.data, viewer()
                    it = activate_license(db(), ring(), typed, by=by, now=clock.now())
                sent.led_to = _path_of(it)
                flash(_("The license is activated."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("license_intake/activation.html", 422, form=form)


@bp.post("/<reference>/activation")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN)
def activate_own(reference: str) -> ResponseReturnValue:
    it = find(reference)
    try:
        begin(db(), ring(), it, by=viewer(), now=clock.now())
    except Refused as refusal:
        return license_page(it, 422, refused=explain(refusal))
    flash(_("The license is activated."))
    return redirect(_path_of(it), 303)


def _path_of(it: License) -> str:
    return url_for("licenses.show", reference=it.reference)
