"""Which device somebody means, and where the new one may be sent."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Site
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.products.models import Product, ProductCount, ProductStatus
from portal.products.queries import Wanted, counts_listed, products_listed
from portal.products.search import look_up
from portal.replacements.addresses import Address
from portal.stock.queries import supplies_of

MOST_SHOWN, MOST_ADDRESSES = 8, 6


@dataclass(frozen=True, slots=True)
class Choice:
    """A device, or so many of a model, as the list to choose from shows it."""

    id: int
    key: str  # the name of its argument in the address
    reference: str
    model: str
    known_as: str  # its serial number; empty of those by count
    number: int | None
    place: str
    kind: str  # of its picture
    none_left: bool = False  # in stock


def devices_to_choose(
    session: ScopedSession,
    text: str,
    *,
    models: Collection[int] | None = None,
    account_id: int | None = None,
) -> tuple[list[Choice], bool]:
    """Those in use that what is typed may mean, the newest first; without a word, the newest. And
    whether there are more than are shown. Of these models alone, or of one account, where whoever
    asks sees several."""
    more = False
    catalogue = catalogue_of(session)
    in_use = Wanted(status=ProductStatus.ACTIVE, models=models)
    if text:
        found = look_up(session, text, in_use, catalogue, after=None, size=MOST_SHOWN)
        more = max(len(found.products), len(found.counts)) > MOST_SHOWN
        ids, counts = found.products[:MOST_SHOWN], found.counts[:MOST_SHOWN]
        devices: Any = products_listed(replace(in_use, ids=ids))
        lines: Any = counts_listed(Wanted(ids=counts, models=models))
    else:
        devices, lines = products_listed(in_use), counts_listed(Wanted(models=models))
    if account_id is not None:
        devices = devices.where(Product.account_id == account_id)
        lines = lines.where(ProductCount.account_id == account_id)
    some = devices.order_by(Product.id.desc()).limit(MOST_SHOWN)
    others = lines.order_by(ProductCount.id.desc()).limit(MOST_SHOWN)
    rows, counted = session.execute(some).all(), session.execute(others).all()
    knowing = [row.model_id for row in (*rows, *counted)]
    catalogue = catalogue_of(session, knowing=knowing)
    supplies = supplies_of(session, [catalogue[each] for each in set(knowing)], catalogue)
    gone = {each for each, supply in supplies.items() if not supply.free}
    shown = [
        *(replace(_counted(row, catalogue), none_left=row.model_id in gone) for row in counted),
        *(replace(_single(row, catalogue), none_left=row.model_id in gone) for row in rows),
    ]
    return shown, more


def address_of(site: Site) -> Address:
    return Address(
        street=site.street,
        postal_code=site.postal_code,
        city=site.city,
        country=site.country,
        hours=site.opening_hours,
    )


def saved_addresses(session: ScopedSession, first: int | None) -> dict[str, tuple[str, Address]]:
    """The account's sites that a parcel can be sent to, where the device is first: by reference,
    the name of each and its address."""
    here = (Site.id != (first or 0), Site.name_key, Site.id)
    sites = session.scalars(
        select(Site).where(Site.street != "", Site.city != "").order_by(*here).limit(20)
    )
    found = {it.reference: (it.name, address_of(it)) for it in sites}
    whole = [(ref, told) for ref, told in found.items() if told[1].is_whole]
    return dict(whole[:MOST_ADDRESSES])


def _single(row: Any, catalogue: Catalogue) -> Choice:
    place = ", ".join(filter(None, (row.site, row.room, row.asset_tag)))
    it = catalogue[row.model_id]
    ref = reference("P", row.id)
    return Choice(row.id, "product", ref, it.name, row.identifier, None, place, it.kind)


def _counted(row: Any, catalogue: Catalogue) -> Choice:
    it = catalogue[row.model_id]
    place = row.site or ""
    ref = reference("PC", row.id)
    return Choice(row.id, "count", ref, it.name, "", row.number, place, it.kind)
