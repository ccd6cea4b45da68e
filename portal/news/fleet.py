"""How many devices of a person's accounts are behind a release, as they see them."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.accounts.reaching import scopes_of
from portal.base.access import Permission
from portal.base.clock import day_of
from portal.base.run import Run
from portal.base.tenancy import Scope
from portal.downloads.rules import Fleet
from portal.downloads.shelf import shelf_of
from portal.downloads.values import Release
from portal.news.mails import Behind
from portal.products.models import Product, ProductCount, ProductStatus

NEEDS = frozenset(
    {Permission.DOWNLOADS_VIEW, Permission.DOWNLOADS_SOFTWARE, Permission.PRODUCTS_VIEW}
)


def behind_of(run: Run, session: Session, user: User, it: Release, now: datetime) -> list[Behind]:
    """Customer by customer, where they see any device of the models. Staff are nobody's."""
    if user.deactivated_at or user.staff_role:
        return []
    found = []
    for scope in scopes_of(session, user, today=day_of(now), needs=NEEDS):
        with run.reading(scope) as asking:
            found += _behind(asking, scope, it, now)
    return found


def _behind(session: Session, scope: Scope, it: Release, now: datetime) -> list[Behind]:
    fleets = by_account(session, it.models)
    names = {}
    if fleets:
        called = select(Account.id, Account.name).where(Account.id.in_(sorted(fleets)))
        names = dict(iter(session.execute(called).all()))
    shelf = shelf_of(session)
    return [
        Behind(account_id, names[account_id], fleet.total, fleet.behind(it), fleet.unknown)
        for account_id, fleet in sorted(fleets.items())
        if shelf.open_to({account_id}, now).has(it)
    ]


def by_account(session: Session, models: Collection[int]) -> dict[int, Fleet]:
    """What runs on the devices of these models, of each account that the session sees."""
    versions: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for account_id, version, number in session.execute(_installed(models)):
        versions[account_id][version.strip()] += number
    for account_id, number in session.execute(_counted(models)):
        versions[account_id][""] += number
    return {account_id: Fleet(dict(found)) for account_id, found in versions.items()}


def _installed(models: Collection[int]) -> Select[Any]:
    query: Any = (
        select(Product.account_id, Product.installed_version, func.count(Product.id))
        .where(Product.status == ProductStatus.ACTIVE, Product.model_id.in_(sorted(models)))
        .group_by(Product.account_id, Product.installed_version)
    )
    found: Select[Any] = query
    return found


def _counted(models: Collection[int]) -> Select[Any]:
    query: Any = (
        select(ProductCount.account_id, func.sum(ProductCount.number))
        .where(ProductCount.model_id.in_(sorted(models)))
        .group_by(ProductCount.account_id)
    )
    found: Select[Any] = query
    return found
