"""A page and an address for each deed of a request."""

from typing import Any

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.request_desk.deed_list import DEEDS, Deed, offered
from portal.request_desk.deeds import Unseen, guard
from portal.request_desk.reaching import find, find_to_write, path_of
from portal.service_requests.models import ServiceRequest
from portal.service_requests.wording import status_here
from portal.web.forms import EditingForm
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_deeds", __name__)
NOUNS = ", ".join(f"'{name}'" if "-" in name else name for name in DEEDS)


@bp.get(f"/<ref>/<any({NOUNS}):deed>")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def form(ref: str, deed: str) -> ResponseReturnValue:
    it = find(ref)
    if not offered(it, deed):
        return redirect(path_of(it), 303)
    filled = DEEDS[deed].form(formdata=None, data=DEEDS[deed].first(it) | {"version": it.version})
    DEEDS[deed].offer(db(), it, filled)
    return _page(it, deed, filled)


@bp.post(f"/<ref>/<any({NOUNS}):deed>")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def do(ref: str, deed: str) -> ResponseReturnValue:
    session, it = find_to_write(ref)
    filled = DEEDS[deed].form()
    DEEDS[deed].offer(session, it, filled)
    if filled.validate():
        try:
            return redirect(_done(session, it, DEEDS[deed], filled), 303)
        except Unseen:
            return _page(it, deed, filled)
        except Refused as refusal:
            filled.refuse(refusal)
    return _page(it, deed, filled, 422)


def _done(session: ScopedSession, it: ServiceRequest, deed: Deed, filled: Any) -> str:
    """Do it, and tell where that leads. What creates something is done once."""
    if isinstance(filled, EditingForm):
        return _do(session, it, deed, filled)
    sent = submission(session, filled.token.data, by=viewer().id)
    if not sent.led_to:
        sent.led_to = _do(session, it, deed, filled)
    return sent.led_to


def _do(session: ScopedSession, it: ServiceRequest, deed: Deed, filled: Any) -> str:
    with session.begin_nested():
        if isinstance(filled, EditingForm):
            guard(session, it, filled.version.data)
        leads_to = deed.do(session, it, filled, viewer(), clock.now())
    flash(_(deed.done))
    return leads_to or path_of(it)


def _page(it: ServiceRequest, name: str, filled: Any, status: int = 200) -> ResponseReturnValue:
    told = {"deed": DEEDS[name], "name": name, "status_here": status_here}
    return page("request_desk/deed.html", status, it=it, form=filled, **told)
