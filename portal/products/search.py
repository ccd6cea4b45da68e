"""Products in the search index: what they can be found by, and the finding.

Devices registered by count are found together with the others. Their record ids stand above every
product's, so that they come first and are told apart: `COUNTED` and more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Site
from portal.base.references import read_reference
from portal.base.search import Kind, Query, Tokens, find, forget, index, query_of, tokens_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.products.models import Product, ProductCount, ProductStatus
from portal.products.queries import Wanted, people_called, site_called

COUNTED = 2**40
ENOUGH = 1_000  # found; beyond, only as much as a page shows is asked for
_STATUSES = {status: f"c{number}" for number, status in enumerate(ProductStatus)}


class Entry(NamedTuple):
    """What a device can be found by."""

    id: int
    serial_number: str | None
    mac: str | None
    model_id: int
    site_id: int | None
    site: str
    room: str
    asset_tag: str
    status: ProductStatus
    registered_by_id: int | None

    def tokens(self) -> Tokens:
        return tokens_of(
            (self.room, self.site),
            identifiers=(self.serial_number or "", self.mac or "", self.asset_tag),
            marks=_marks(self.model_id, self.site_id, self.status, self.registered_by_id),
        )


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
        query = query.narrowed([_STATUSES[wanted.status]])
    return query


def index_entries(session: ScopedSession, entries: Iterable[Entry]) -> None:
    """Let devices be found by what they are now."""
    account_id = _account(session)
    index(session, Kind.PRODUCT, ((each.id, account_id, each.tokens()) for each in entries))


def index_products(session: ScopedSession, products: Iterable[Product]) -> None:
    index_entries(
        session,
        (
            Entry(
                it.id,
                it.serial_number,
                it.mac,
                it.model_id,
                it.site_id,
                it.site.name if it.site else "",
                it.room,
                it.asset_tag,
                it.status,
                it.registered_by_id,
            )
            for it in products
        ),
    )


def reindex_products(session: ScopedSession, ids: Sequence[int]) -> None:
    """The same for devices that were written past their records."""
    query = select(Product).options(joinedload(Product.site)).where(Product.id.in_(ids))
    fresh = query.execution_options(populate_existing=True)
    index_products(session, session.scalars(fresh))


def forget_products(session: ScopedSession, ids: Sequence[int]) -> None:
    forget(session, Kind.PRODUCT, ids)


def index_counts(
    session: ScopedSession, counts: Iterable[ProductCount], *, gone: bool = False
) -> None:
    """Let lines of so many devices be found by model and site; or no longer."""
    if gone:
        forget(session, Kind.PRODUCT, [COUNTED + it.id for it in counts])
        return
    account_id = _account(session)
    active = ProductStatus.ACTIVE
    index(
        session,
        Kind.PRODUCT,
        [
            (
                COUNTED + it.id,
                account_id,
                tokens_of(
                    [_site_name(session, it.site_id)],
                    marks=_marks(it.model_id, it.site_id, active, it.registered_by_id),
                ),
            )
            for it in counts
        ],
    )


def _site_name(session: ScopedSession, site_id: int | None) -> str:
    site = session.get(Site, site_id) if site_id else None
    return site.name if site else ""


def _marks(
    model_id: int, site_id: int | None, status: ProductStatus, registered_by_id: int | None
) -> list[str]:
    marks = [f"m{model_id}", _STATUSES[status]]
    if site_id:
        marks.append(f"s{site_id}")
    if registered_by_id:
        marks.append(f"u{registered_by_id}")
    return marks


def _account(session: ScopedSession) -> int:
    # Without one the session writes for nobody, and the index refuses.
    return session.scope.write or 0
