"""Finding products by what people know of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from portal.base.references import read_reference
from portal.base.search import Kind, Query, find, hits, inside, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.products.indexing import COUNTED, STATUS_MARKS
from portal.products.models import ProductStatus
from portal.products.queries import Wanted, people_called, site_called

ENOUGH = 1_000  # found; beyond, only as much as a page shows is asked for
LINES = 25  # of devices registered by count, among the newest of many


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first. With `many`, only as much as this page needs."""

    products: list[int]
    counts: list[int]
    total: int
    many: bool

    def page(self, *, after: int | None, before: int | None, most: int) -> list[int]:
        """Those below the product `after`, or above the product `before`, that come next."""
        if after is not None:
            return [each for each in self.products if each < after][:most]
        if before is not None:
            return [each for each in self.products if each > before][-most:]
        return self.products[:most]


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of what is wanted; None where it has no lines of devices registered by count."""

    products: Wanted
    counts: Wanted | None


def look_up(
    session: ScopedSession,
    text: str,
    wanted: Wanted,
    catalogue: Catalogue,
    *,
    after: int | None,
    size: int,
) -> Found:
    """What matches every word of the text and is wanted; of many, from below the product `after`.

    Products registered by count have the highest ids, so that they are among the newest.
    """
    if product_id := read_reference("P", text):
        return Found([product_id], [], 1, many=False)
    query = _query(session, text, wanted, catalogue)
    most = size + 1
    newest = most + LINES if after is None else most
    found = hits(session, Kind.PRODUCT, query, before=after, newest=newest, cap=ENOUGH)
    counts = [each - COUNTED for each in found.ids if each > COUNTED]
    products = [each for each in found.ids if each < COUNTED]
    if found.many and len(products) < most and counts:
        products = find(session, Kind.PRODUCT, query, before=COUNTED, limit=most)
    total = ENOUGH + 1 if found.many else len(products)
    return Found(products[:most] if found.many else products, counts, total, found.many)


def batches(
    session: ScopedSession, text: str, wanted: Wanted, catalogue: Catalogue
) -> Iterator[Batch]:
    """Everything that is wanted, with a search in parts of so many."""
    if not text:
        yield Batch(wanted, wanted)
        return
    query, last = _query(session, text, wanted, catalogue), None
    while ids := find(session, Kind.PRODUCT, query, before=last, limit=ENOUGH):
        counts = [each - COUNTED for each in ids if each > COUNTED]
        products = Wanted(ids=[each for each in ids if each < COUNTED])
        yield Batch(products, Wanted(ids=counts) if counts else None)
        last = ids[-1]


def spelled_or_out_of_use(
    session: ScopedSession,
    text: str,
    spellings: Sequence[str],
    wanted: Wanted,
    catalogue: Catalogue,
    *,
    most: int,
) -> list[int]:
    """The newest products that match, or whose numbers have one of these other spellings in them.

    In one statement where the text is one word, as identifiers mostly are.
    """
    query, other = _query(session, text, wanted, catalogue), inside(*spellings)
    first, *narrowing = query.clauses
    of_one_word = len(query.clauses) == len(_narrowed(session, other, wanted).clauses)
    if spellings and of_one_word:
        either = replace(first, fragments=(*first.fragments, *other.clauses[0].fragments))
        query = replace(query, clauses=(either, *narrowing))
    ids = find(session, Kind.PRODUCT, query, before=COUNTED, limit=most)
    if ids or of_one_word or not spellings:
        return ids
    return find(session, Kind.PRODUCT, _narrowed(session, other, wanted), before=COUNTED, limit=1)


def _query(session: ScopedSession, text: str, wanted: Wanted, catalogue: Catalogue) -> Query:
    query = query_of(text, lambda word: (f"m{each}" for each in catalogue.matching(word)))
    return _narrowed(session, query, wanted)


def _narrowed(session: ScopedSession, query: Query, wanted: Wanted) -> Query:
    if wanted.models is not None:
        query = query.narrowed(f"m{each}" for each in wanted.models)
    if wanted.site:
        query = query.narrowed(f"s{each}" for each in session.scalars(site_called(wanted.site)))
    if wanted.registered_by:
        people = session.scalars(people_called(wanted.registered_by))
        query = query.narrowed(f"u{each}" for each in people)
    if wanted.status is ProductStatus.ACTIVE:  # as nearly all are
        others = [mark for status, mark in STATUS_MARKS.items() if status is not wanted.status]
        return query.without(others)
    return query.narrowed([STATUS_MARKS[wanted.status]]) if wanted.status else query
