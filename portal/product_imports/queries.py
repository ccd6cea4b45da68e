"""What imports look up: the lists that were sent in, and the devices that rows are about."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import defer, joinedload

from portal.accounts.models import Site
from portal.base.tenancy import Scope, ScopedSession
from portal.base.text import sort_key
from portal.base.visibility import sees_every_site
from portal.catalogue.catalogue import catalogue_of
from portal.product_imports.checked import Checked
from portal.product_imports.comparison import Held
from portal.product_imports.lookups import Lookups, Model
from portal.product_imports.models import ModelName, ProductImport
from portal.products.models import Product


class Registered(NamedTuple):
    """The devices that some rows may be about: our own, and what others have of them."""

    by_serial: dict[str, Held]
    by_mac: dict[str, Held]
    taken: frozenset[str]


def import_with_id(import_id: int) -> Select[ProductImport]:
    return (
        select(ProductImport)
        .options(joinedload(ProductImport.started_by))
        .where(ProductImport.id == import_id)
    )


def imports_listed() -> Select[ProductImport]:
    """The account's imports, the newest first."""
    return (
        select(ProductImport)
        .options(joinedload(ProductImport.started_by), defer(ProductImport.report))
        .order_by(ProductImport.id.desc())
    )


def lookups_of(session: ScopedSession) -> Lookups:
    """What the rows of the account's lists are checked against."""
    models = [
        Model(it.id, it.name, it.serial_pattern.value, it.part_numbers)
        for it in catalogue_of(session)
    ]
    sites = session.execute(select(Site.name_key, Site.id)).all()
    names = session.execute(select(ModelName.name, ModelName.model_id)).all()
    return Lookups.of(
        models,
        sites=dict(sites),
        site_key=sort_key,
        mapped=dict(names),
        every_site=sees_every_site(session.scope.limits),
    )


def site_names(session: ScopedSession) -> dict[int, str]:
    return dict(session.execute(select(Site.id, Site.name)).all())


def registered(everywhere: ScopedSession, rows: Iterable[Checked], *, scope: Scope) -> Registered:
    """The devices with the rows' numbers, by a session that sees every account.

    Of those that are not within the scope nothing is told but that they are taken.
    """
    devices = [row for row in rows if not row.is_count]
    by_serial, taken = _held(
        everywhere,
        select(Product.account_id, Product.serial_number, *_HELD),
        [row.serial_number for row in devices if row.serial_number],
        scope,
    )
    by_mac, also_taken = _held(
        everywhere,
        select(Product.account_id, Product.mac, *_HELD),
        [row.mac for row in devices if row.mac],
        scope,
    )
    return Registered(by_serial, by_mac, frozenset(taken | also_taken))


_HELD = [getattr(Product, name) for name in Held._fields]


def _held(
    session: ScopedSession,
    query: Select[*tuple[object, ...]],
    numbers: Sequence[str],
    scope: Scope,
) -> tuple[dict[str, Held], set[str]]:
    if not numbers:
        return {}, set()
    column = query.selected_columns[1]
    ours: dict[str, Held] = {}
    taken: set[str] = set()
    for owner, number, *fields in session.execute(query.where(column.in_(numbers))):
        held = Held(*fields)  # type: ignore[arg-type]
        if owner == scope.write and _seen(held, scope):
            ours[str(number)] = held
        else:
            taken.add(str(number))
    return ours, taken


def _seen(held: Held, scope: Scope) -> bool:
    return not scope.limits or Product.admits(scope.limits, scope.write or 0, held.site_id)
