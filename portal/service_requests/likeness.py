"""Open requests like one that somebody is writing: so that the same is not asked for twice."""

from typing import Any

from sqlalchemy import and_, or_

from portal.base.search import Kind, Query, find, query_of
from portal.base.search_query import Clause
from portal.base.tenancy import ScopedSession
from portal.base.text import variants, words_of
from portal.service_requests.indexing import STATUS_MARKS
from portal.service_requests.list_queries import requests_listed
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN, Status

LOOKED_AT = 60  # of the newest that share a word
_SHORTEST, _MOST_WORDS = 3, 12  # letters of a word that tells something; words that are looked for
_LONG = 5
_SAYS_NOTHING = frozenset(
    {
        *("ikke", "som", "det", "den", "med", "for", "har", "fra", "til", "uten", "etter", "men"),
        *("når", "alle", "noen", "kan", "vil", "blir", "ble", "var", "and", "the", "with", "not"),
        *("from", "has", "are", "was", "after", "when", "all", "can", "will", "does", "our"),
    }
)


def open_requests_like(
    session: ScopedSession, text: str, *, product_id: int | None = None, most: int = 3
) -> list[Any]:
    """Rows of the list: those about the same device first, then those whose subject says alike.

    By what customers read alone, also when staff ask.
    """
    words = _telling(text)
    ids = find(session, Kind.SERVICE_REQUEST, _any_of(words), limit=LOOKED_AT) if words else []
    if not ids and product_id is None:
        return []
    same = and_(ServiceRequest.product_id == product_id, ServiceRequest.status.in_(OPEN))
    which = or_(ServiceRequest.id.in_(ids), same) if product_id else ServiceRequest.id.in_(ids)
    rows = session.execute(requests_listed(which).limit(2 * LOOKED_AT)).all()
    ranked = [(_worth(it, words, product_id), it.id, it) for it in rows]
    enough = min(2, len(words)) or 1
    likest = sorted((it for it in ranked if it[0] >= enough), reverse=True, key=lambda it: it[:2])
    return [it[2] for it in likest[:most]]


def _telling(text: str) -> list[str]:
    found = (it for it in words_of(text) if len(it) >= _SHORTEST and it not in _SAYS_NOTHING)
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def _is_begun(word: str, said: list[str]) -> bool:
    """A stem that the stemmers do not know: `møterom` in `møterommet`."""
    long = (it for it in said if min(len(it), len(word)) >= _LONG)
    return any(it.startswith(word) or word.startswith(it) for it in long)


def _any_of(words: list[str]) -> Query:
    clauses = [clause for word in words for clause in query_of(word).clauses]
    either = Clause(tokens=frozenset().union(*(it.tokens for it in clauses)))
    return Query((either,)).without(STATUS_MARKS[it] for it in Status if it not in OPEN)


def _worth(row: Any, words: list[str], product_id: int | None) -> int:
    """How many of the words its subject has; one about the same device comes before all."""
    said = words_of(row.subject)
    forms = frozenset().union(*map(variants, said))
    shared = sum(1 for it in words if variants(it) & forms or _is_begun(it, said))
    return shared + (100 if product_id and row.product_id == product_id else 0)
