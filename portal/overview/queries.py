"""What the first pages show, in few statements however many devices there are."""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, load_only

from portal.accounts.grants import Grant, GrantSite, usable
from portal.accounts.models import Account, Partner, Site, User
from portal.accounts.queries import holding
from portal.base.clock import day_of
from portal.base.deeds import LOOKS
from portal.base.history import Event
from portal.cloud_partners.queries import authorizations_ending
from portal.employees.queries import waiting_orders
from portal.licenses.models import License
from portal.licenses.queries import has_status
from portal.licenses.rules import Status
from portal.notices.queries import unread
from portal.partners.queries import number_of_requests_to
from portal.product_imports.models import ImportStatus, ProductImport
from portal.products.models import Product, ProductCount, ProductStatus
from portal.service_requests.list_queries import requests_listed
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN, Ball, ball_of

WAITING = (
    ProductImport.status.in_([ImportStatus.READY, ImportStatus.COLUMNS]),
    ProductImport.waiting,
)
_REQUEST, _AUTHORIZATION, _ORDERS, _LICENSES = 4, 5, 6, 7
_COUNTS = {0: "sites", 2: "requests", 3: "unread", _ORDERS: "orders", _LICENSES: "licenses"}
_NO_TEXT = literal(None, String)
MOST_WAITING = 5
CUSTOMERS_TURN = [status for status in OPEN if ball_of(status) is Ball.CUSTOMER]
OUT_OF_USE = [status for status in ProductStatus if status is not ProductStatus.ACTIVE]


@dataclass(slots=True)
class Inventory:
    """What an account has: devices in use by the id of their model, sites, what is asked of it."""

    devices: Counter[int] = field(default_factory=Counter)
    sites: int = 0
    requests: int = 0  # of partners for access, not answered yet
    licenses: int = 0  # that expire soon
    unread: int = 0  # notices about it, to whoever looks
    orders: int = 0  # of employees, that wait for an administrator
    waiting: list[tuple[int, str]] = field(default_factory=list)  # requests that wait for an answer
    ending: list[tuple[int, date]] = field(default_factory=list)  # and those whose authorization is


def inventory(session: Session, account_id: int, user_id: int, *, now: datetime) -> Inventory:
    """Counted by model in one statement.

    The devices out of use are taken from all there are: that walks two indexes, and looks at no
    device but at those few.
    """
    every, counted, number = func.count(Product.id), func.sum(ProductCount.number), func.count()
    requests = number_of_requests_to(account_id, now=now)
    rows: Any = session.execute(
        union_all(
            select(literal(1).label("sign"), Product.model_id, every, _NO_TEXT).group_by(
                Product.model_id
            ),
            select(literal(-1), Product.model_id, every, _NO_TEXT)
            .where(Product.status.in_(OUT_OF_USE))
            .group_by(Product.model_id),
            select(literal(1), ProductCount.model_id, counted, _NO_TEXT).group_by(
                ProductCount.model_id
            ),
            select(literal(0), null(), number, _NO_TEXT).select_from(Site),
            select(literal(2), null(), requests.scalar_subquery(), _NO_TEXT),
            select(literal(3), null(), unread(user_id, account_id).scalar_subquery(), _NO_TEXT),
            select(literal(_ORDERS), null(), number, _NO_TEXT).select_from(
                waiting_orders().subquery()
            ),
            select(literal(_LICENSES), null(), _expiring(day_of(now)), _NO_TEXT),
            _waiting_requests(),
            _ending_authorizations(day_of(now)),
        )
    )
    found = Inventory()
    for sign, model_id, many, text in rows:
        if sign == _REQUEST:
            found.waiting.append((model_id, text))
        elif sign == _AUTHORIZATION:
            found.ending.append((model_id, date.fromisoformat(text)))
        elif sign in _COUNTS:
            setattr(found, _COUNTS[sign], many)
        else:
            found.devices[model_id] += sign * many
    found.devices = +found.devices
    return found


def _expiring(today: date) -> Any:
    soon = select(func.count(License.id)).where(has_status(Status.EXPIRING, today))
    return soon.scalar_subquery()


def _waiting_requests() -> Select[Any]:
    """The last that support asked something about, with their subjects."""
    newest = (
        select(ServiceRequest.id, ServiceRequest.subject)
        .where(ServiceRequest.status.in_(CUSTOMERS_TURN))
        .order_by(ServiceRequest.changed_at.desc(), ServiceRequest.id.desc())
        .limit(MOST_WAITING)
        .subquery()
    )
    return select(literal(_REQUEST), newest.c.id, literal(1), newest.c.subject)


def _ending_authorizations(today: date) -> Select[Any]:
    """Requests whose authorization to speak with a cloud partner ends or has ended, and when."""
    few = authorizations_ending(today).limit(MOST_WAITING).subquery()
    number, day = few.c
    return select(literal(_AUTHORIZATION), number, literal(1), cast(day, String))


def most_urgent(most: int) -> Select[Any]:
    """The open requests that are due first; those whose clocks stand still come last."""
    order = (ServiceRequest.due_at.is_(None), ServiceRequest.due_at, ServiceRequest.id)
    return requests_listed(ServiceRequest.status.in_(OPEN)).order_by(*order).limit(most)


def waiting_imports() -> Select[ProductImport]:
    """The device lists that wait for somebody to look at what was found in them."""
    return (
        select(ProductImport)
        .options(load_only(ProductImport.name, ProductImport.status))
        .where(*WAITING)
        .order_by(ProductImport.id.desc())
    )


def last_events(most: int, kinds: Collection[str] | None) -> Select[Event, str, str]:
    """What happened last, with the name of whoever did it and of their partner.

    Only to records of these kinds; None: whatever it was.
    """
    some = [Event.what.not_in(LOOKS)]
    if kinds is not None:
        some.append(Event.kind.in_(kinds))
    return (
        select(Event, User.name, Partner.name)
        .outerjoin(User, User.id == Event.by_id)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .where(*some)
        .order_by(Event.number.desc())
        .limit(most)
    )


def customers_of(user_id: int, *, matching: str = "", today: date) -> Select[Any]:
    """The customers that somebody at a partner works for, and what may be done for each.

    Found by words in their names, or by the digits that their master account ID begins with.
    """
    digits = re.sub(r"[^0-9]", "", matching)
    named = and_(true(), *holding(Account.name_fold, matching))
    this = or_(named, Account.digits.startswith(digits)) if digits else named
    sites = select(func.count(GrantSite.id)).where(GrantSite.grant_id == Grant.id).scalar_subquery()
    query: Any = (
        select(
            Account.id, Account.name, Account.name_key, Account.digits,
            Grant.permissions, Grant.last_day, Grant.every_site, sites.label("sites"),
        )
        .join(Grant, Grant.account_id == Account.id)
        .join(User, usable(today))
        .where(User.id == user_id, *([this] if matching else []))
    )  # fmt: skip
    found: Select[Any] = query
    return found


def grant_lost(user_id: int, account_id: int) -> Select[datetime | None, date | None]:
    """When a grant that does not reach somebody was withdrawn, and its last day."""
    return (
        select(Grant.withdrawn_at, Grant.last_day)
        .join(User, User.partner_id == Grant.partner_id)
        .where(User.id == user_id, Grant.account_id == account_id)
    )
