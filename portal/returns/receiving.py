"""What comes back: the right device or another one, in which condition, and what is missing."""

from datetime import datetime

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.products.models import Product
from portal.products.rules import bare
from portal.replacements.deeds import go, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, SettledAs, Track
from portal.replacements.telling import tell
from portal.service_requests.rules import one_line


def receive_back(
    session: ScopedSession,
    replacement: Replacement,
    *,
    serial_number: str,
    condition: str,
    missing: str = "",
    another: bool = False,
    by: Doer,
    now: datetime,
) -> bool:
    """The faulty device has come back, and no money hangs on it any more. False: it was another
    one, which is noted and told; the right one is awaited still."""
    it = hold(session, replacement)
    scanned = bare(serial_number)[:20]
    if it.returned is ReturnStage.RECEIVED and it.received_serial_number == scanned:
        return True
    wanted = awaited_numbers(session, it)
    wrong = bool(wanted and scanned and scanned not in wanted)
    if wrong and not another:
        raise Refused(
            N_("You scanned %(scanned)s, but %(wanted)s is to come back."),
            field="serial_number",
            scanned=scanned,
            wanted=wanted[0],
        )
    if another and not wrong:
        raise Refused(
            N_("Scan the serial number of the device that came: it must be another one."),
            field="serial_number",
        )
    condition = one_line(condition, field="condition", most=200)
    missing = one_line(missing, field="missing", most=200)
    if wrong:
        _note_another(session, it, scanned, by=by, now=now)
        return False
    it.condition, it.missing = condition, missing or None
    take_in(session, it, scanned, by=by, now=now)
    tell(session, it, "received", by=by, condition=condition, missing=missing)
    return True


def take_in(
    session: ScopedSession, it: Replacement, serial_number: str, *, by: Doer, now: datetime
) -> None:
    """What was awaited is here. What is charged already stays so, until somebody credits it."""
    go(session, it, Track.RETURN, ReturnStage.RECEIVED, by=by, now=now)
    it.received_at, it.received_serial_number = now, serial_number
    it.wrong_serial_number = None
    if it.liability is Liability.AT_RISK:
        go(session, it, Track.LIABILITY, Liability.SETTLED, by=None, now=now)
        it.settled_at, it.settled_as = now, SettledAs.RETURNED
    happened(session, it, What.RECEIVED_BACK, by=by)
    settle(session, it, now=now)


def awaited_numbers(session: ScopedSession, it: Replacement) -> list[str]:
    """By which numbers the device is known that is to come back; none of those by count."""
    if it.instead_serial_number:
        return [it.instead_serial_number]
    old = session.get(Product, it.product_id) if it.product_id else None
    return [each for each in (old.identifier, old.serial_number, old.mac) if each] if old else []


def _note_another(
    session: ScopedSession, it: Replacement, scanned: str, *, by: Doer, now: datetime
) -> None:
    if it.wrong_serial_number == scanned:
        return  # scanned twice
    if it.returned not in {ReturnStage.LABEL_READY, ReturnStage.UNDER_WAY}:
        raise Refused(N_("The device is not to be sent back now."))
    it.wrong_serial_number = scanned
    happened(session, it, What.WRONG_DEVICE, by=by, serial_number=scanned)
    settle(session, it, now=now)
    tell(session, it, "wrong_device", by=by)
