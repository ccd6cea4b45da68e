"""Finding replacements by their numbers, by what they are about, and by where they go."""

from sqlalchemy import ColumnElement

from portal.base.references import read_reference
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX

ENOUGH = 500  # of what a search finds, the newest; nobody reads on so far


def found_by(session: ScopedSession, text: str, catalogue: Catalogue) -> ColumnElement[bool]:
    """The condition that every word matches; the one replacement where the text is its number."""
    if number := read_reference(PREFIX, text):
        return Replacement.id == number
    query = query_of(text, lambda word: (f"m{it}" for it in catalogue.matching(word)))
    return Replacement.id.in_(find(session, Kind.REPLACEMENT, query, limit=ENOUGH))
