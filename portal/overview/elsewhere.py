"""Links to what belongs to another customer than the one at hand: whoever may see it is led there.

References are no secret, so nobody is told that there is something but who may open it: it is
looked for among what was granted them, as narrow as the grant is; for all others there is nothing.
"""

import re

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts.grants import Grant, usable
from portal.accounts.models import Account, User
from portal.accounts.reaching import scopes_of
from portal.accounts.rules import way_back
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference, reference
from portal.base.tenancy import NOBODY
from portal.licenses.models import License
from portal.licenses.rules import PREFIX as LICENSE
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX as RMA
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.web.guard import allow, viewer
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db, open_session

bp = Blueprint("elsewhere", __name__)
_RECORD = re.compile(
    r"/(service-requests|products|replacements|licenses)/([\w-]{1,40})(?:[/?].*)?", re.ASCII
)
KINDS: dict[str, tuple[str, type[ServiceRequest | Product | Replacement | License], Permission]] = {
    "service-requests": (PREFIX, ServiceRequest, Permission.REQUESTS_VIEW),
    "products": ("P", Product, Permission.PRODUCTS_VIEW),
    "replacements": (RMA, Replacement, Permission.REPLACEMENTS_VIEW),
    "licenses": (LICENSE, License, Permission.LICENSES_VIEW),
}
# Where staff have a page of their own of each, and by what name it is known.
DESK = {"service-requests": "request_desk.show", "replacements": "logistics.show"}


def of_another() -> Response | None:
    """The way on for a page that is not in the account at hand, if it is in another of theirs."""
    if request.method not in {"GET", "HEAD"} or request.headers.get("HX-Request"):
        return None
    path = request.full_path.rstrip("?") if request.path != "/search" else _named()
    found = _RECORD.fullmatch(path)
    if found is None or not viewer().is_authenticated or way_back(path) is None:
        return None
    if viewer().kind == "staff":
        return _to_desk(found[1], found[2]) if found[1] in DESK else None
    if viewer().kind == "partner" and _customer_behind(path):
        return redirect(url_for("elsewhere.offer", back=path), 303)
    return None


def _named() -> str:
    """Where the record is whose number was searched for in the field of every page."""
    text = request.args.get("q", "").strip()[:40]
    for folder, (prefix, _table, _permission) in KINDS.items():
        if number := read_reference(prefix, text):
            return f"/{folder}/{reference(prefix, number)}"
    return ""


def _to_desk(folder: str, number: str) -> Response | None:
    """Staff have a page of their own for each of them, of whichever customer."""
    prefix, table, _permission = KINDS[folder]
    record_id = read_reference(prefix, number)
    if not record_id or record_id > LARGEST or not viewer().may(Permission.DESK_VIEW):
        return None
    with open_session(viewer().reach(), reading=True) as session:
        known = select(table.account_id).where(table.id == record_id)
        account_id = session.scalars(known).first()
    if account_id is None or account_id == _at_hand():
        return None
    return redirect(url_for(DESK[folder], ref=number), 303)


def _at_hand() -> int | None:
    account = viewer().account
    return account.id if account else None


@bp.get("/partner/customer")
@allow(Permission.PARTNER_START, everywhere=True)
def offer() -> ResponseReturnValue:
    """Asks whether to work for the customer whose record somebody wants to open."""
    path = way_back(request.args.get("back")) or ""
    customer = _customer_behind(path) or abort(404)
    return page("overview/elsewhere.html", customer=customer, path=path)


@bp.get("/desk/customer")
@allow(Permission.ACCOUNTS_REACH, everywhere=True)
def offer_at_desk() -> ResponseReturnValue:
    """The same for staff, of what has no page at the desk. That they open it is on record."""
    path = way_back(request.args.get("back")) or ""
    found = _RECORD.fullmatch(path) or abort(404)
    prefix, table, permission = KINDS[found[1]]
    record_id = read_reference(prefix, found[2]) or 0
    if not viewer().may(permission) or record_id > LARGEST:
        abort(404)
    whose = select(table.account_id).where(table.id == record_id)
    account_id = db().scalars(whose).first() or abort(404)
    if account_id == _at_hand():
        return redirect(path, 303)
    customer = db().get_one(Account, account_id)
    return page("overview/elsewhere.html", customer=customer, path=path)


def _customer_behind(path: str) -> Account | None:
    """Whose record a path leads to, where somebody at a partner was granted to see it."""
    found = _RECORD.fullmatch(path)
    if found is None:
        return None
    prefix, table, permission = KINDS[found[1]]
    record_id, today = read_reference(prefix, found[2]), clock.today()
    if not record_id or record_id > LARGEST:
        return None
    with open_session(NOBODY, reading=True) as session:
        user = session.get_one(User, viewer().id)
        scope = scopes_of(session, user, today=today)[0]
        granted = select(Grant.account_id, Grant.permissions).join(User, usable(today))
        rows = session.execute(granted.where(User.id == user.id)).all()
    allowed = [it for it, names in rows if permission.value in names and it != _at_hand()]
    with open_session(scope, reading=True) as session:
        theirs = select(table.account_id).where(table.id == record_id)
        account_id = session.scalars(theirs.where(table.account_id.in_(allowed))).first()
        return session.get(Account, account_id) if account_id else None
