"""Products in the search index: what they can be found by, and the finding.

Devices registered by count are found together with the others. Their record ids stand above every
product's, so that they come first and are told apart: `COUNTED` and more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.catalogue.catalogue import Catalogue
from portal.products.models import Product, ProductCount, ProductStatus
from portal.products.queries import Wanted

COUNTED = 2**40


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


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first. With `many`, only as much as this page needs."""

    products: list[int]
    counts: list[int]
    total: int
    many: bool


@dataclass(frozen=True, slots=True)
class Batch:
    products: Wanted
    counts: Wanted | None


def look_up(
    session: Session, text: str, wanted: Wanted, catalogue: Catalogue, *, after: int | None
) -> Found:
    return Found([], [], 0, False)


def batches(session: Session, text: str, wanted: Wanted, catalogue: Catalogue) -> Iterator[Batch]:
    yield Batch(wanted, wanted)


def index_products(session: Session, products: Iterable[Product]) -> None: ...


def index_entries(session: Session, entries: Sequence[Entry]) -> None: ...


def reindex_products(session: Session, ids: Sequence[int]) -> None: ...


def forget_products(session: Session, ids: Sequence[int]) -> None: ...


def index_counts(
    session: Session, counts: Iterable[ProductCount], *, gone: bool = False
) -> None: ...
