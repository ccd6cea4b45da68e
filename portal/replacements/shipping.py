"""What logistics does with a replacement: sent, delivered, and the faulty device back."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base.clock import day_of
from portal.base.db import broke
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.delivery_times.times import delivery_times
from portal.products.models import Product
from portal.products.rules import fits, read_serial_number
from portal.replacements.deeds import go, hold, settle
from portal.replacements.inventory import take_its_place
from portal.replacements.models import Replacement
from portal.replacements.of_request import follow
from portal.replacements.rules import (
    Liability,
    ReturnStage,
    Stage,
    Track,
    checked_tracking_number,
    return_due,
)
from portal.replacements.telling import tell
from portal.service_requests.rules import one_line
from portal.stock.actions import take

TAKEN = N_("This serial number was sent in another replacement.")


def ship(
    session: ScopedSession,
    replacement: Replacement,
    *,
    serial_number: str,
    tracking_number: str,
    carrier: str,
    by: Doer,
    now: datetime,
) -> None:
    """Send the new device. From now on the faulty one is to come back, and money hangs on it."""
    it = hold(session, replacement)
    serial = _scanned(session, it, serial_number)
    number = checked_tracking_number(tracking_number)
    if it.stage is Stage.SHIPPED and (
        it.new_serial_number or "",
        it.tracking_number,
    ) == (serial, number):
        return  # scanned twice
    go(session, it, Track.REPLACEMENT, Stage.SHIPPED, by=by, now=now)
    try:
        with session.begin_nested():
            it.new_serial_number = serial or None
    except IntegrityError as error:
        if not broke(error, "uq_replacement_new_serial_number"):
            raise
        raise Refused(TAKEN, field="serial_number") from None
    it.tracking_number = number
    it.carrier = one_line(carrier, field="carrier", most=40)
    it.shipped_at = now
    if not it.retain_and_destroy and it.part_id is None:
        go(session, it, Track.RETURN, ReturnStage.LABEL_READY, by=None, now=now)
        go(session, it, Track.LIABILITY, Liability.AT_RISK, by=None, now=now)
        arrives = max(it.promised_on or day_of(now), day_of(now))
        it.return_due_on = _due(session, it, arrives)
        priced = catalogue_of(session, knowing=[it.model_id])[it.model_id]
        it.at_risk, it.currency = priced.list_price, priced.list_currency
    happened(session, it, What.SHIPPED, by=by)
    settle(session, it, now=now)
    take(session, it.stock_id)
    tell(session, it, "shipped", by=by)
    later(session, "carriers.follow", account_id=it.account_id, replacement_id=it.id)


def deliver(
    session: ScopedSession, replacement: Replacement, *, on: date, by: Doer | None, now: datetime
) -> None:
    """The new device has arrived: it stands in the faulty one's place, which is to be sent back."""
    it = hold(session, replacement)
    if it.stage is Stage.DELIVERED and it.delivered_on == on:
        return
    if it.shipped_at and not day_of(it.shipped_at) <= on <= day_of(now):
        raise Refused(N_("Choose a day from when it was sent until today."), field="delivered_on")
    go(session, it, Track.REPLACEMENT, Stage.DELIVERED, by=by, now=now)
    it.delivered_on = on
    if it.returned is ReturnStage.LABEL_READY:
        it.return_due_on = _due(session, it, on)
    take_its_place(session, it, by=by, now=now)
    happened(session, it, What.DELIVERED, by=by)
    settle(session, it, now=now)
    follow(session, it, now=now)
    tell(session, it, "delivered", by=by)


def _due(session: ScopedSession, it: Replacement, delivered_on: date) -> date:
    workdays = delivery_times(session).workdays(it.country)
    return return_due(delivered_on, it.return_window, workdays)


def _scanned(session: ScopedSession, it: Replacement, text: str) -> str:
    return _scanned_part(it, text) if it.part_id else _new_serial(session, it, text)


def _scanned_part(it: Replacement, text: str) -> str:
    """Of parts the part number is scanned. They have no serial number of their own."""
    if it.part and identifier(text) != it.part.folded:
        raise Refused(
            N_("You scanned %(scanned)s, but %(wanted)s is to be sent."),
            field="serial_number",
            scanned=text.strip()[:40],
            wanted=it.part.number,
        )
    return ""


def _new_serial(session: ScopedSession, it: Replacement, text: str) -> str:
    """The serial number of a device of the right model that is nobody's yet."""
    catalogue = catalogue_of(session, knowing=[it.to_send_id])
    wanted = catalogue[it.to_send_id]
    serial = read_serial_number(text, pattern=wanted.serial_pattern)
    known = session.scalars(select(Product).where(Product.serial_number == serial)).first()
    if known and known.model_id != it.to_send_id:
        raise Refused(
            N_("This is a %(scanned)s, but a %(wanted)s is to be sent."),
            field="serial_number",
            scanned=catalogue[known.model_id].name,
            wanted=wanted.name,
        )
    if known and it.stage is Stage.APPROVED:
        raise Refused(N_("This device is registered already."), field="serial_number")
    if not fits(serial, wanted.serial_pattern):
        raise Refused(
            N_("%(scanned)s is no serial number of a %(wanted)s."),
            field="serial_number",
            scanned=serial,
            wanted=wanted.name,
        )
    return serial
