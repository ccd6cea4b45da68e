"""Finding requests by what was said in them, by their numbers and by what they are about."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.accounts.called import NAMES
from portal.base.references import read_reference
from portal.base.search import Kind, Query, find, hits, query_of
from portal.base.tenancy import ScopedSession
from portal.base.text import loose_key, words_of
from portal.catalogue.catalogue import Catalogue
from portal.products.queries import site_called
from portal.service_requests.filters import Filters, View
from portal.service_requests.indexing import (
    ABOUT_MARKS,
    ESCALATED_MARK,
    SEVERITY_MARKS,
    STATUS_MARKS,
)
from portal.service_requests.models import PREFIX

ENOUGH = 1_000  # found; beyond, only as much as a page shows is asked for


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first. With `many`, only as much as this page needs."""

    ids: list[int]
    total: int
    many: bool


def look_up(
    session: ScopedSession,
    filters: Filters,
    catalogue: Catalogue,
    *,
    person_id: int,
    after: int | None,
    newest: int,
) -> Found:
    """What matches every word and is wanted; of many, from below the request `after`."""
    query = _query(session, filters, catalogue, person_id)
    return found_by(session, filters.text, query, after=after, newest=newest)


def found_by(
    session: ScopedSession, text: str, query: Query, *, after: int | None, newest: int
) -> Found:
    """What a query finds; the one request, where the text is its number."""
    if request_id := read_reference(PREFIX, text):
        return Found([request_id], 1, many=False)
    found = hits(session, kind_for(session), query, before=after, newest=newest, cap=ENOUGH)
    return Found(found.ids, ENOUGH + 1 if found.many else len(found.ids), found.many)


def batches(
    session: ScopedSession, filters: Filters, catalogue: Catalogue, *, person_id: int
) -> Iterator[list[int]]:
    """Everything that a search finds, the newest first, in parts of so many ids."""
    query = _query(session, filters, catalogue, person_id)
    yield from batches_by(session, filters.text, query)


def batches_by(session: ScopedSession, text: str, query: Query) -> Iterator[list[int]]:
    if request_id := read_reference(PREFIX, text):
        yield [request_id]
        return
    last = None
    while ids := find(session, kind_for(session), query, before=last, limit=ENOUGH):
        yield ids
        last = ids[-1]


def kind_for(session: ScopedSession) -> Kind:
    """Staff search what is internal too; customers have an index without it."""
    return Kind.SERVICE_REQUEST_DESK if session.scope.staff else Kind.SERVICE_REQUEST


def meaning(
    session: ScopedSession, text: str, catalogue: Catalogue
) -> Callable[[str], Iterator[str]]:
    """The marks that a word of the text stands for besides: of models, and of people who have a
    request, opened it or wrote in it."""
    called = NAMES.of(session).meant(words_of(text), session.scope.read)

    def marks(word: str) -> Iterator[str]:
        yield from (f"m{it}" for it in catalogue.matching(word))
        for person in called.get(word, ()):
            yield f"p{person.id}"
            if person.staff:
                yield f"o{person.id}"

    return marks


def _query(session: ScopedSession, filters: Filters, catalogue: Catalogue, person_id: int) -> Query:
    query = query_of(filters.text, meaning(session, filters.text, catalogue))
    query = query.narrowed(STATUS_MARKS[each] for each in filters.statuses)
    if filters.view is View.MINE:
        query = query.narrowed([f"u{person_id}"])
    if filters.severities:
        query = query.narrowed(SEVERITY_MARKS[each] for each in filters.severities)
    if filters.about:
        query = query.narrowed([ABOUT_MARKS[filters.about]])
    if filters.model:
        query = query.narrowed(f"m{each}" for each in models_called(catalogue, filters.model))
    if filters.site:
        query = query.narrowed(f"s{each}" for each in session.scalars(site_called(filters.site)))
    return query.narrowed([ESCALATED_MARK]) if filters.escalated else query


def models_called(catalogue: Catalogue, name: str) -> set[int]:
    """The models with this in their name, however it is spelled."""
    key = loose_key(name)
    return {each.id for each in catalogue if key in loose_key(each.name)}
