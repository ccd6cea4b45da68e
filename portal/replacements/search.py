"""Finding replacements by their numbers, by what they are about, and by where they go."""

from sqlalchemy import ColumnElement

from portal.base.references import read_reference
from portal.base.search import Kind, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX
from portal.spare_parts.parts import spare_parts

ENOUGH = 500  # of what a search finds, the newest; nobody reads on so far


def found_by(session: ScopedSession, text: str, catalogue: Catalogue) -> ColumnElement[bool]:
    """The condition that every word matches; the one replacement where the text is its number."""
    if number := read_reference(PREFIX, text):
        return Replacement.id == number
    parts = spare_parts(session).values()

    def marks(word: str) -> list[str]:
        named = [f"q{it.id}" for it in parts if it.found_by(word)]
        return [*(f"m{it}" for it in catalogue.matching(word)), *named]

    query = query_of(text, marks)
    return Replacement.id.in_(find(session, Kind.REPLACEMENT, query, limit=ENOUGH))
