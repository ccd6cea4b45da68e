"""The first page of a partner: its customers, and what waits in each."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import GRANTABLE, Permission
from portal.base.references import write_master_account_id
from portal.base.words import N_
from portal.overview.by_account import (
    devices_by_account,
    imports_by_account,
    open_requests_by_account,
)
from portal.overview.queries import (
    customers_of,
    grant_lost,
)
from portal.partners.rules import DEEDS, REMINDED
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("customers", __name__)
BY_NAME = Order((Account.name_key, Account.id))


@dataclass(frozen=True, slots=True)
class Column:
    """A number that is shown for each customer, to those who were granted to see it; or two, of
    which the first is a part of the second."""

    label: str
    permission: Permission
    numbers: Callable[[Session, Collection[int]], Mapping[int, int | tuple[int, int]]]
    waits: bool = False  # whether somebody should do something about it
    of: bool = False  # whether there are two


# A feature whose things wait for partners adds its column here.
COLUMNS = (
    Column(N_("Devices"), Permission.PRODUCTS_VIEW, devices_by_account),
    Column(N_("Waiting imports"), Permission.PRODUCTS_CHANGE, imports_by_account, waits=True),
    Column(
        N_("Requests waiting for the customer / open"),
        Permission.REQUESTS_VIEW,
        open_requests_by_account,
        waits=True,
        of=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of a partner's: what may be done for it, until when, and what it has."""

    id: int
    name: str
    master_account_id: str
    deeds: list[str]
    sites: int | None  # at how many sites; None: at all
    last_day: date | None
    ends_soon: bool
    numbers: list[tuple[int, ...] | None]  # None where they are not for the partner to see


@bp.get("/partner")
@allow(Permission.PARTNER_START, everywhere=True)
def partner() -> ResponseReturnValue:
    search, today = request.args.get("q", "").replace("\0", "").strip()[:80], clock.today()
    query = customers_of(viewer().id, matching=search, today=today)
    listed = page_of(db(), query, BY_NAME)
    whole = listed.first and listed.following is None  # as nearly always, and counted with that
    found = len(listed.rows) if whole else capped_count(db(), query)
    count = ngettext("%(num)s customer", "%(num)s customers", found)
    if found > CAP:
        count = _("More than 1,000 customers")
    return page(
        "overview/partner.html",
        customers=_customers(listed.rows, today),
        columns=COLUMNS,
        listed=listed,
        search=search,
        count=count,
        news=count,
        lost=_lost(today),
    )


def _customers(rows: Collection[Any], today: date) -> list[Customer]:
    allowed = {row.id: frozenset(map(Permission, row.permissions)) & GRANTABLE for row in rows}
    numbers = []
    for column in COLUMNS:
        seen = [each for each, permissions in allowed.items() if column.permission in permissions]
        numbers.append(column.numbers(db(), seen) if seen else {})
    return [
        Customer(
            id=row.id,
            name=row.name,
            master_account_id=write_master_account_id(row.digits),
            deeds=[words for permission, words in DEEDS.items() if permission in allowed[row.id]],
            sites=None if row.every_site else row.sites,
            last_day=row.last_day,
            ends_soon=row.last_day is not None and row.last_day - today <= REMINDED,
            numbers=[
                _shown(column, told.get(row.id)) if column.permission in allowed[row.id] else None
                for column, told in zip(COLUMNS, numbers, strict=True)
            ],
        )
        for row in rows
    ]


def _shown(column: Column, told: int | tuple[int, int] | None) -> tuple[int, ...]:
    if isinstance(told, tuple):
        return told
    return (told or 0, 0) if column.of else (told or 0,)


def _lost(today: date) -> str:
    """What became of the access to the customer they were at work for, if it is over."""
    lost = viewer().lost
    if lost is None:
        return ""
    withdrawn_at, last_day = db().execute(grant_lost(viewer().id, lost.id)).first() or (None, None)
    if withdrawn_at:
        return _("The access to %(customer)s has been withdrawn", customer=lost.name)
    if last_day and last_day < today:
        return _("The access to %(customer)s has ended", customer=lost.name)
    return _("You do not work for %(customer)s any more", customer=lost.name)
