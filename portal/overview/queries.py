"""What the first pages show, in few statements however many devices there are."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, null, select, union_all
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Grant, Partner, Site, User
from portal.accounts.viewer import holds
from portal.base.history import Event
from portal.product_imports.models import ImportStatus, ProductImport
from portal.products.models import Product, ProductCount, ProductStatus

_WAITING = (ImportStatus.READY, ImportStatus.COLUMNS)
_OUT_OF_USE = [status for status in ProductStatus if status is not ProductStatus.ACTIVE]


@dataclass(slots=True)
class Inventory:
    """What an account has: devices in use by the id of their model, and sites."""

    devices: Counter[int] = field(default_factory=Counter)
    sites: int = 0


def inventory(session: Session) -> Inventory:
    """Counted by model in one statement.

    The devices out of use are taken from all there are: that walks two indexes, and looks at no
    device but at those few.
    """
    every, counted, number = func.count(Product.id), func.sum(ProductCount.number), func.count()
    rows: Any = session.execute(
        union_all(
            select(literal(1).label("sign"), Product.model_id, every).group_by(Product.model_id),
            select(literal(-1), Product.model_id, every)
            .where(Product.status.in_(_OUT_OF_USE))
            .group_by(Product.model_id),
            select(literal(1), ProductCount.model_id, counted).group_by(ProductCount.model_id),
            select(literal(0), null(), number).select_from(Site),
        )
    )
    found = Inventory()
    for sign, model_id, many in rows:
        if model_id is None:
            found.sites = many
        else:
            found.devices[model_id] += sign * many
    found.devices = +found.devices
    return found


def devices_by_account(session: Session, account_ids: Collection[int]) -> Counter[int]:
    """How many devices in use each of these accounts has."""
    mine, every = Product.account_id.in_(account_ids), func.count(Product.id)
    rows: Any = session.execute(
        union_all(
            select(literal(1).label("sign"), Product.account_id, every)
            .where(mine)
            .group_by(Product.account_id),
            select(literal(-1), Product.account_id, every)
            .where(mine, Product.status.in_(_OUT_OF_USE))
            .group_by(Product.account_id),
            select(literal(1), ProductCount.account_id, func.sum(ProductCount.number))
            .where(ProductCount.account_id.in_(account_ids))
            .group_by(ProductCount.account_id),
        )
    )
    found: Counter[int] = Counter()
    for sign, account_id, many in rows:
        found[account_id] += sign * many
    return found


def waiting_imports() -> Select[ProductImport]:
    """The device lists that wait for somebody to look at what was found in them."""
    return (
        select(ProductImport)
        .where(ProductImport.status.in_(_WAITING))
        .order_by(ProductImport.id.desc())
    )


def last_events(most: int) -> Select[Event, str, str]:
    """What happened last, with the name of whoever did it and of their partner."""
    return (
        select(Event, User.name, Partner.name)
        .outerjoin(User, User.id == Event.by_id)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .order_by(Event.number.desc())
        .limit(most)
    )


def grants_held(account_ids: Iterable[int], *, user_id: int, today: date) -> Select[Any]:
    """What a partner may do for these customers, by their names."""
    return (
        select(Grant)
        .join(User, User.partner_id == Grant.partner_id)
        .join(Grant.account)
        .options(joinedload(Grant.account))
        .where(User.id == user_id, Grant.account_id.in_(list(account_ids)), holds(today))
    )
