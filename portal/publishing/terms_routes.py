"""The terms that software is given on."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock
from portal.base.access import Permission
from portal.base.bilingual import lines_of
from portal.base.history import What, happened
from portal.base.submissions import submission
from portal.downloads.taking import SoftwareTerms
from portal.publishing.document_forms import TermsForm
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("publishing_terms", __name__)
PUBLISH = Permission.DOWNLOADS_PUBLISH


@bp.get("/terms")
@allow(PUBLISH, everywhere=True)
def terms() -> ResponseReturnValue:
    newest = _terms()
    told = {"text_nb": newest.text_nb, "text_en": newest.text_en} if newest else {}
    return page("publishing/terms.html", form=TermsForm(data=told), newest=newest)


@bp.post("/terms")
@allow(PUBLISH, everywhere=True)
def state_terms() -> ResponseReturnValue:
    """Another version, which everyone is asked to accept anew."""
    form = TermsForm()
    if not form.validate():
        return page("publishing/terms.html", 422, form=form, newest=_terms())
    sent = submission(db(), form.token.data, by=viewer().id)
    if not sent.led_to:
        nb, en = lines_of(form.text_nb.data), lines_of(form.text_en.data)
        it = SoftwareTerms(text_nb=nb, text_en=en, since=clock.now())
        db().add(it)
        happened(db(), it, What.PUBLISHED, by=viewer())
        sent.led_to = url_for(".terms")
        flash(_("The terms are in force. Everyone is asked to accept them at the next download."))
    return redirect(sent.led_to, 303)


def _terms() -> SoftwareTerms | None:
    ask = select(SoftwareTerms).order_by(SoftwareTerms.since.desc(), SoftwareTerms.id.desc())
    return db().scalars(ask.limit(1)).first()
