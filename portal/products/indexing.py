"""What products can be found by: kept in the search index with every change of a product."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Site
from portal.base.search import Kind, Tokens, forget, index, tokens_of
from portal.base.tenancy import ScopedSession
from portal.products.models import Product, ProductCount, ProductStatus

# Devices registered by count are found together with the others. Their record ids stand above
# every product's, so that they come first and are told apart.
COUNTED = 2**40
STATUS_MARKS = {status: f"c{number}" for number, status in enumerate(ProductStatus)}


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
    marks = [f"m{model_id}", STATUS_MARKS[status]]
    if site_id:
        marks.append(f"s{site_id}")
    if registered_by_id:
        marks.append(f"u{registered_by_id}")
    return marks


def _account(session: ScopedSession) -> int:
    # Without one the session writes for nobody, and the index refuses.
    return session.scope.write or 0
