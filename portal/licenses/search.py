"""Finding licenses by key, product, order, and by where their seats are."""

from sqlalchemy import ColumnElement, or_

from portal.base.references import read_reference
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.licenses.models import License
from portal.licenses.rules import PREFIX
from portal.licenses.sealing import KeyRing

LARGEST = 2**31 - 1  # what a column of ids holds
ENOUGH = 1_000  # of what a search finds, the newest; nobody reads on so far


def found_by(
    session: ScopedSession, ring: KeyRing, text: str, *, account_id: int, parts: bool
) -> ColumnElement[bool]:
    """The condition that every word matches; the one license where the text is its number.

    A key is found as a whole, however it is grouped, and by its last four signs, which everybody
    sees. With `parts` also by its groups and by more of its last signs: whoever may not see the key
    would learn it sign by sign.
    """
    number = min(read_reference(PREFIX, text) or 0, LARGEST)
    if number and text[:1].upper() == PREFIX:
        return License.id == number
    query = query_of(text, lambda word: ring.marks_for(account_id, word, parts=parts))
    found = License.id.in_(find(session, Kind.LICENSE, query, limit=ENOUGH))
    # Digits alone may as well be an order, or a key.
    return or_(found, License.id == number) if number else found
