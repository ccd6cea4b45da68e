"""Which replacement an address means, on the pages of both sides."""

from flask import abort, g
from sqlalchemy import select

from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_shown
from portal.replacements.rules import PREFIX
from portal.web.paging import LARGEST
from portal.web.session import db, db_for, open_session


def number_in(text: str) -> int:
    """The replacement's number, as it was typed or scanned; 0: it is none."""
    number = read_reference(PREFIX, text.strip()) or 0
    return number if number <= LARGEST else 0


def id_of(reference: str) -> int:
    return number_in(reference) or abort(404)


def account_of(number: int) -> int | None:
    """Whose it is; found before the session knows what it writes for."""
    with open_session(g.scope, reading=True) as session:
        whose = select(Replacement.account_id).where(Replacement.id == number)
        return session.scalars(whose).one_or_none()


def find(reference: str, session: ScopedSession | None = None) -> Replacement:
    asked = {"replacement_id": id_of(reference)}
    found: Replacement = (session or db()).scalars(replacement_shown(), asked).unique().one()
    return found


def find_return(reference: str, session: ScopedSession | None = None) -> Replacement:
    """The same where something comes back or is destroyed. Of parts there is no such page."""
    it = find(reference, session)
    if it.part_id is not None:
        abort(404)
    return it


def session_for(ref: str) -> ScopedSession:
    """The session that writes for the account of this replacement, on pages of the desk."""
    return db_for(account_of(id_of(ref)) or abort(404))
