"""`/organization/employees`: the administrator switches the link on, and hands it out."""

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.accounts.models import User
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.employees.actions import known_domains, renew, switch_off, switch_on
from portal.employees.models import EmployeeLink
from portal.employees.queries import link_of
from portal.employees.reaching import token_of
from portal.employees.settings_forms import LinkForm, RenewForm
from portal.factors.qr import drawn
from portal.web.guard import account, allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("employee_link", __name__)


@bp.get("")
@allow(Permission.ORGANIZATION_MANAGE)
def show() -> ResponseReturnValue:
    return _page()


@bp.get("/poster")
@allow(Permission.ORGANIZATION_MANAGE)
def poster() -> ResponseReturnValue:
    """To be printed, and hung up or laid into boxes."""
    link = _link()
    if link is None or not link.active:
        return _shown()
    url = _url(link)
    return page("employees/poster.html", url=url, qr=drawn(url), link=link)


@bp.post("")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def save() -> ResponseReturnValue:
    form = LinkForm()
    if form.validate():
        try:
            version = form.version.data
            switch_on(db(), account().id, form.terms, version=version, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your employees can order by the link."))
            return _shown()
    return _page(422, form)


@bp.post("/closure")
@allow(Permission.ORGANIZATION_MANAGE)
def close() -> ResponseReturnValue:
    if link := _link():
        switch_off(db(), link, by=viewer())
        flash(_("The link is switched off. Nobody can order by it any more."))
    return _shown()


@bp.post("/renewal")
@allow(Permission.ORGANIZATION_MANAGE, fresh=True)
def make_new() -> ResponseReturnValue:
    form, link = RenewForm(), _link()
    if link is None:
        return _shown()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                renew(db(), link, version=form.version.data, by=viewer())
                sent.led_to = url_for(".show")
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Here is the new link. The one before is dead: print and hand out anew."))
            return _shown()
    return _page(422, renewing=form)


def _link() -> EmployeeLink | None:
    return db().scalars(link_of(account().id)).one_or_none()


def _url(link: EmployeeLink) -> str:
    base: str = current_app.config["PORTAL_URL"]
    return base.rstrip("/") + url_for("employee_entrance.begin_page", token=token_of(link))


def _page(
    status: int = 200, form: LinkForm | None = None, renewing: RenewForm | None = None
) -> Response:
    link = _link()
    version = link.version if link else 0
    domains = known_domains(db(), account().id)
    mine = db().get(User, viewer().id)
    number = (mine.phone or "") if mine and viewer().kind == "customer" else ""
    url = _url(link) if link and link.active else ""
    return page(
        "employees/settings.html",
        status,
        link=link if url else None,
        form=form or LinkForm.showing(link, domains, number),
        renewing=renewing or RenewForm(formdata=None, data={"version": version}),
        url=url,
        qr=drawn(url) if url else None,
    )


def _shown() -> Response:
    return redirect(url_for(".show"), 303)
