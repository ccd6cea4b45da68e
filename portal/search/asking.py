"""Asking for what is shown of records: of all kinds in one statement, as labelled columns.

Each kind is asked through its own class, so that the scope takes hold of each: what is not for
whoever asks has no row, whatever number or name was typed.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from portal.accounts.models import Account, Site
from portal.agreements.queries import customers_like
from portal.base.tenancy import ScopedSession
from portal.licenses.models import License
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.search.records import (
    COLLEAGUE,
    CUSTOMER,
    DEVICE,
    LICENSE,
    PERSON,
    REPLACEMENT,
    REQUEST,
    Asked,
    Record,
)
from portal.search.rules import MOST
from portal.service_requests.models import ServiceRequest
from portal.staff.queries import staff
from portal.users.filters import Filters

_LONGEST = 80  # of what people are searched by
_BESIDE = {
    "account_id": cast(null(), Integer),
    "title": literal(""),
    "detail": literal(""),
    "state": literal(""),
    "model_id": cast(null(), Integer),
    "day": cast(null(), Date),
    "customer": literal(""),
    "numbers": literal(""),
    "exact": literal(0),
}


def records_of(session: ScopedSession, asked: Asked) -> list[Record]:
    parts = [*_parts(asked)]
    if not parts:
        return []
    rows = session.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return [Record(**row._mapping) for row in rows]


def _parts(asked: Asked) -> list[Select[Any]]:
    made: dict[str, tuple[Callable[..., Select[Any]], Any]] = {
        REQUEST: (_requests, ServiceRequest),
        DEVICE: (_devices, Product),
        REPLACEMENT: (_replacements, Replacement),
        LICENSE: (_licenses, License),
    }
    found: list[Select[Any]] = []
    for kind, (ask, table) in made.items():
        if ids := asked.ids.get(kind):
            mine = _granted(asked, kind, table)
            found.append(ask(asked.across, table.id.in_(sorted(ids)), *mine))
    if asked.number:  # each by an index of its own
        mine = _granted(asked, DEVICE, Product)
        for number in (Product.serial_number, Product.mac):
            found.append(_devices(asked.across, number == asked.number, *mine, exact=1))
    if asked.codes:
        mine = _granted(asked, LICENSE, License)
        known = License.key_code.in_(asked.codes)
        found.append(_licenses(asked.across, known, *mine, exact=1))
    if asked.tail:
        mine = _granted(asked, LICENSE, License)
        ending = select(License.id).where(License.key_tail == asked.tail, *mine)
        newest: Any = ending.order_by(License.id.desc()).limit(MOST + 1).subquery()
        found.append(_licenses(asked.across, License.id.in_(select(newest.c.id))))
    if asked.people:
        found.append(_people(*asked.people))
    if asked.colleagues:
        found.append(_colleagues(asked.colleagues))
    if asked.customers:
        found.append(_customers(asked.customers, asked.among))
    return found


def _granted(asked: Asked, kind: str, table: Any) -> list[ColumnElement[bool]]:
    if asked.granted is None:
        return []
    return [table.account_id.in_(sorted(asked.granted.get(kind, ())))]


def _requests(across: bool, *where: ColumnElement[bool]) -> Select[Any]:
    it = ServiceRequest
    told = {"title": it.subject, "state": cast(it.status, String)}
    return _of(REQUEST, it, across, **told).where(*where)


def _devices(across: bool, *where: ColumnElement[bool], exact: int = 0) -> Select[Any]:
    it = Product
    told: dict[str, Any] = {
        "title": it.identifier,
        "detail": select(Site.name).where(Site.id == it.site_id).scalar_subquery(),
        "state": cast(it.status, String),
        "model_id": it.model_id,
        "numbers": func.coalesce(it.serial_number, "") + " " + func.coalesce(it.mac, ""),
        "exact": literal(exact),
    }
    return _of(DEVICE, it, across, **told).where(*where)


def _replacements(across: bool, *where: ColumnElement[bool]) -> Select[Any]:
    it = Replacement
    device = select(Product.identifier).where(Product.id == it.product_id).scalar_subquery()
    told = {"title": device, "state": cast(it.stage, String), "model_id": it.model_id}
    return _of(REPLACEMENT, it, across, **told).where(*where)


def _licenses(across: bool, *where: ColumnElement[bool], exact: int = 0) -> Select[Any]:
    it = License
    told: dict[str, Any] = {
        "title": it.name,
        "detail": it.key_tail,
        "state": cast(it.standing, String),
        "day": it.ends_on,
        "exact": literal(exact),
    }
    return _of(LICENSE, it, across, **told).where(*where)


def _people(text: str, account_id: int, now: datetime) -> Select[Any]:
    """Those who have access to the account, or are invited, as its administrators see them."""
    query, order = Filters(text=text[:_LONGEST]).wanted(account_id, now)
    them: Any = query.order_by(*order.ways).limit(MOST + 1).subquery()
    told = {"title": them.c.name, "detail": them.c.email}
    return _line(PERSON, them.c.place, **told)


def _colleagues(text: str) -> Select[Any]:
    them: Any = staff(text[:_LONGEST]).limit(MOST + 1).subquery()
    told = {"title": them.c.name, "detail": them.c.email, "state": cast(them.c.staff_role, String)}
    return _line(COLLEAGUE, them.c.id, **told)


def _customers(text: str, among: Collection[int] | None) -> Select[Any]:
    """No scope narrows them, for customers are nobody's: who may be known of is said here."""
    query = customers_like(text[:_LONGEST])
    if among is not None:
        query = query.where(Account.id.in_(sorted(among)))
    them: Any = query.limit(MOST + 1).subquery()
    return _line(CUSTOMER, them.c.id, title=them.c.name, detail=them.c.digits)


def _of(kind: str, table: Any, across: bool, **told: Any) -> Select[Any]:
    told["account_id"] = table.account_id
    if across:
        named = select(Account.name).where(Account.id == table.account_id)
        told["customer"] = named.scalar_subquery()
    return _line(kind, table.id, **told)


def _line(kind: str, number: Any, **told: Any) -> Select[Any]:
    columns = _BESIDE | told
    return select(
        literal(kind).label("kind"),
        number.label("id"),
        *(column.label(name) for name, column in columns.items()),
    )
