"""Finding products by what people know of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.base.references import read_reference
from portal.base.search import Kind, Query, find, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.products.indexing import COUNTED, STATUS_MARKS
from portal.products.queries import Wanted, people_called, site_called

ENOUGH = 1_000  # found; beyond, only as much as a page shows is asked for


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first. With `many`, only as much as this page needs."""

    products: list[int]
    counts: list[int]
    total: int
    many: bool


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
    """What matches every word of the text and is wanted; from below the product `after`."""
    if product_id := read_reference("P", text):
        return Found([product_id], [], 1, many=False)
    query = _query(session, text, wanted, catalogue)
    ids = find(session, Kind.PRODUCT, query, limit=ENOUGH + 1)
    many = len(ids) > ENOUGH
    counts = [each - COUNTED for each in ids if each > COUNTED]
    if many and after is not None:
        ids = find(session, Kind.PRODUCT, query, before=after, limit=size + 1)
    products = [each for each in ids if each < COUNTED]
    total = ENOUGH + 1 if many else len(products)
    return Found(products[: size + 1] if many else products, counts, total, many)


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


def _query(session: ScopedSession, text: str, wanted: Wanted, catalogue: Catalogue) -> Query:
    query = query_of(text, lambda word: (f"m{each}" for each in catalogue.matching(word)))
    if wanted.models is not None:
        query = query.narrowed(f"m{each}" for each in wanted.models)
    if wanted.site:
        query = query.narrowed(f"s{each}" for each in session.scalars(site_called(wanted.site)))
    if wanted.registered_by:
        people = session.scalars(people_called(wanted.registered_by))
        query = query.narrowed(f"u{each}" for each in people)
    if wanted.status is not None:
        query = query.narrowed([STATUS_MARKS[wanted.status]])
    return query
