"""What somebody at a partner sees of many customers at once: one number for each of them."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.overview.queries import CUSTOMERS_TURN, OUT_OF_USE, WAITING
from portal.product_imports.models import ProductImport
from portal.products.models import Product, ProductCount
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN


def devices_by_account(session: Session, account_ids: Collection[int]) -> Counter[int]:
    """How many devices in use each of these accounts has."""
    mine, every = Product.account_id.in_(account_ids), func.count(Product.id)
    rows: Any = session.execute(
        union_all(
            select(literal(1).label("sign"), Product.account_id, every)
            .where(mine)
            .group_by(Product.account_id),
            select(literal(-1), Product.account_id, every)
            .where(mine, Product.status.in_(OUT_OF_USE))
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


def imports_by_account(session: Session, account_ids: Collection[int]) -> Counter[int]:
    """How many device lists wait for somebody, in each of these accounts."""
    rows: Any = session.execute(
        select(ProductImport.account_id, func.count(ProductImport.id))
        .where(ProductImport.account_id.in_(account_ids), *WAITING)
        .group_by(ProductImport.account_id)
    )
    return Counter(dict(rows.all()))


def open_requests_by_account(
    session: Session, account_ids: Collection[int]
) -> dict[int, tuple[int, int]]:
    """How many service requests wait for the customer, and how many are open, in each of these."""
    waits = func.sum(case((ServiceRequest.status.in_(CUSTOMERS_TURN), 1), else_=0))
    rows: Any = session.execute(
        select(ServiceRequest.account_id, waits, func.count(ServiceRequest.id))
        .where(ServiceRequest.account_id.in_(account_ids), ServiceRequest.status.in_(OPEN))
        .group_by(ServiceRequest.account_id)
    )
    return {account_id: (int(waiting), every) for account_id, waiting, every in rows}
