"""Keeping stock: what comes in, what is counted, what is promised and what leaves."""

from datetime import date
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base.db import broke, save
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Model
from portal.delivery_times.models import ShippingSite
from portal.delivery_times.queries import shipping_sites
from portal.delivery_times.rules import Shipping
from portal.stock.models import Stock
from portal.stock.queries import stock_of
from portal.stock.rules import FURTHEST, NONE_LEFT, checked_number

_PLAIN = {"synchronize_session": False}


def receive(session: Session, model: Model, number: int, *, by: Doer) -> Stock:
    """So many came in. What waited for them is sent next."""
    checked_number(number, least=1)
    line = line_of(session, model)
    checked_number(line.on_hand + number)
    left = max(line.expected - number, 0)
    values: dict[str, Any] = {"on_hand": Stock.on_hand + number, "expected": left}
    values["version"] = Stock.version + 1  # whoever counted or ordered meanwhile is told of it
    if not left:
        values["expected_on"] = None
    _write(session, line, **values)
    happened(session, line, What.STOCK_RECEIVED, by=by, number=number)
    _tell(session, model.id)
    return line


def count(session: Session, line: Stock, number: int, *, version: int, by: Doer) -> bool:
    """So many were counted, whatever was thought before. Whether that changed anything."""
    before = line.on_hand
    if checked_number(number) == before and line.version == version:
        return False
    save(session, line, version=version, on_hand=number)
    happened(session, line, What.COUNTED, by=by, number=[before, number])
    _tell(session, line.model_id)
    return True


def expect(
    session: Session,
    line: Stock,
    number: int,
    on: date | None,
    *,
    version: int,
    today: date,
    by: Doer,
) -> bool:
    """So many are ordered and come on a day; none, where nothing is. Whether that changed it."""
    checked_number(number, field="ordered")
    if number and on is None:
        raise Refused(N_("Enter the day."), field="expected_on")
    if number and on and on < today:
        raise Refused(N_("Choose a day from today on."), field="expected_on")
    if number and on and on > today + FURTHEST:
        raise Refused(N_("Choose a day within two years."), field="expected_on")
    on = on if number else None
    if (number, on) == (line.expected, line.expected_on) and line.version == version:
        return False
    save(session, line, version=version, expected=number, expected_on=on)
    happened(session, line, What.CHANGED, by=by, number=number)
    told: dict[str, Any] = {"model_id": line.model_id, "on": on.isoformat() if on else None}
    later(session, "replacements.stock_expected", **told)
    return True


def reserve(session: Session, model_id: int, name: str) -> int | None:
    """Promise one to somebody; its line, or None where no account is kept of the model.

    Of many who want the last one, one gets it: the others are refused.
    """
    line_id = session.scalars(stock_of([model_id]).with_only_columns(Stock.id)).first()
    if line_id is None:
        return None
    one = update(Stock).where(Stock.id == line_id, Stock.on_hand - Stock.reserved >= 1)
    if not _changed(session, one.values(reserved=Stock.reserved + 1)):
        raise Refused(NONE_LEFT, model=name)
    return line_id


def free(session: Session, line_id: int | None) -> None:
    """Let go of one that was promised."""
    if line_id is not None:
        one = update(Stock).where(Stock.id == line_id, Stock.reserved >= 1)
        _changed(session, one.values(reserved=Stock.reserved - 1))


def take(session: Session, line_id: int | None) -> None:
    """Take one that was promised off the shelf. Whoever holds it in their hand is right: where the
    count says that there is none, it stays at none."""
    if line_id is None:
        return
    promised = update(Stock).where(Stock.id == line_id, Stock.reserved >= 1)
    _changed(session, promised.values(reserved=Stock.reserved - 1))
    there = update(Stock).where(Stock.id == line_id, Stock.on_hand >= 1)
    _changed(session, there.values(on_hand=Stock.on_hand - 1))


def line_of(session: Session, model: Model) -> Stock:
    """The line of a model at the shipping site, a new one where there is none."""
    site = session.scalars(shipping_sites().limit(1)).first()
    if site is None:
        plain = Shipping()
        days = [list(each) for each in sorted(plain.days_off)]
        site = ShippingSite(name=plain.name, country=plain.country, zone=plain.zone, days_off=days)
        session.add(site)
        session.flush()
    known = select(Stock).where(Stock.shipping_site_id == site.id, Stock.model_id == model.id)
    if line := session.scalars(known).first():
        return line
    line = Stock(shipping_site_id=site.id, model_id=model.id)
    try:
        with session.begin_nested():
            session.add(line)
    except IntegrityError as error:
        if not broke(error, "uq_stock_shipping_site_id_model_id"):
            raise
        return session.scalars(known).one()
    return line


def _write(session: Session, line: Stock, **values: Any) -> None:
    session.execute(update(Stock).where(Stock.id == line.id).values(**values), **_options())
    session.refresh(line)


def _changed(session: Session, deed: Any) -> bool:
    done = cast("CursorResult[Any]", session.execute(deed, **_options()))
    return bool(done.rowcount)


def _options() -> dict[str, Any]:
    return {"execution_options": _PLAIN}


def _tell(session: Session, model_id: int) -> None:
    """Those who wait for the model get theirs, in the order in which they asked."""
    later(session, "replacements.stock_came", key=f"stock of {model_id}", model_id=model_id)
