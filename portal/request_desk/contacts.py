"""Who of a customer a request is copied for: asked for by a searched field, and found by name."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.agreements.finding import customer_meant
from portal.base.access import Permission
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.request_desk.queries import named_exactly, people_like, people_of
from portal.request_desk.reaching import find
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("copy_contacts", __name__)
MOST_OFFERED, LONGEST = 8, 200  # characters: a name, and the number beside it


@bp.get("/<ref>/contacts")
@allow(Permission.REQUESTS_WORK, everywhere=True)
@limited("search")
def choices(ref: str) -> ResponseReturnValue:
    """The people of the customer that was named beside, whom what is typed may mean."""
    find(ref)
    typed, customer = (
        request.args.get(name, "").replace("\0", "").strip()[:LONGEST]
        for name in ("contact", "customer")
    )
    try:
        query = people_like(customer_meant(db(), customer), typed)
        people = db().scalars(query.limit(MOST_OFFERED)).all() if typed else []
    except Refused:
        people = []
    return page("request_desk/people.html", people=people)


def contact_named(session: Session, account_id: int, typed: str) -> User:
    """The one of this account who is called so, or has this address."""
    name = " ".join(typed.replace("\0", "").split())
    query = people_of(account_id).where(named_exactly(name.lower(), sort_key(name)))
    found = session.scalars(query.limit(2)).all() if name else []
    if len(found) == 1:
        return found[0]
    told = N_("Choose one of the people of the right customer.")
    if found:
        told = N_("Several people are called that. Write the e-mail address.")
    raise Refused(told, field="contact")
