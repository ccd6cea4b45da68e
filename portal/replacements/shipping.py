"""What logistics does with a replacement: sent, delivered, and the faulty device back."""

from datetime import date, datetime

from portal.base.clock import day_of
from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.delivery_times.times import delivery_times
from portal.replacements.deeds import go, hold, settle
from portal.replacements.inventory import take_its_place
from portal.replacements.models import Replacement
from portal.replacements.of_request import follow
from portal.replacements.rules import (
    ON_THE_WAY,
    Liability,
    ReturnStage,
    Stage,
    Track,
    return_due,
)
from portal.replacements.scanning import keep_serial, scanned_device, scanned_number
from portal.replacements.telling import tell
from portal.service_requests.rules import one_line
from portal.stock.actions import take

SENT = N_(
    "%(rma)s is sent already, with the tracking number %(number)s. Is that wrong? Correct it on its"
    " page."
)


def ship(
    session: ScopedSession,
    replacement: Replacement,
    *,
    serial_number: str,
    tracking_number: str,
    carrier: str,
    again: bool = False,
    by: Doer,
    now: datetime,
) -> None:
    """Send the new device. From now on the faulty one is to come back, and money hangs on it; until
    when, nobody knows before the new one has arrived."""
    it = hold(session, replacement)
    serial = scanned_device(session, it, serial_number)
    number = scanned_number(session, it, tracking_number, serial_number, again=again)
    if it.stage is Stage.SHIPPED and (
        it.new_serial_number or "",
        it.tracking_number,
    ) == (serial, number):
        return  # scanned twice
    if it.stage in ON_THE_WAY:
        raise Refused(SENT, rma=it.reference, number=it.tracking_number)
    go(session, it, Track.REPLACEMENT, Stage.SHIPPED, by=by, now=now)
    keep_serial(session, it, serial)
    it.tracking_number = number
    it.carrier = one_line(carrier, field="carrier", most=40)
    it.shipped_at = now
    if not it.retain_and_destroy and it.part_id is None:
        go(session, it, Track.RETURN, ReturnStage.LABEL_READY, by=None, now=now)
        go(session, it, Track.LIABILITY, Liability.AT_RISK, by=None, now=now)
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
