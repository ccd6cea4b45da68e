"""What comes back: the right device or another one, in which condition, and what is missing."""

from datetime import datetime

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.products.models import Product
from portal.products.rules import bare
from portal.replacements.deeds import go, hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import (
    CALLED_OFF,
    NO_MORE,
    RETURN_OPEN,
    Liability,
    ReturnStage,
    SettledAs,
    Track,
)
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
    unread: bool = False,
    by: Doer,
    now: datetime,
) -> bool:
    """The faulty device has come back, and no money hangs on it any more. False: it was another
    one, which is noted and told; the right one is awaited still."""
    it = hold(session, replacement)
    if it.returned not in {*RETURN_OPEN, ReturnStage.RECEIVED}:
        raise Refused(_why_nothing(it))
    scanned = bare(serial_number)[:20]
    wanted = awaited_numbers(session, it)
    wrong = bool(wanted and scanned and scanned not in wanted)
    _check(scanned, wanted, wrong=wrong, another=another, unread=unread)
    condition = one_line(condition, field="condition", most=200)
    missing = one_line(missing, field="missing", most=200)
    if it.returned is ReturnStage.RECEIVED:
        if wrong:
            raise Refused(N_("It has come back already."))
        _describe(session, it, scanned, condition, missing, by=by, now=now)
        return True
    if wrong:
        told = {"condition": condition, "missing": missing}
        _note_another(session, it, scanned, told, by=by, now=now)
        return False
    it.condition, it.missing = condition, missing or None
    take_in(session, it, scanned, by=by, now=now)
    tell(session, it, "received", by=by, condition=condition, missing=missing)
    return True


def _why_nothing(it: Replacement) -> str:
    """Why it is not awaited, though it may lie here."""
    if it.part_id is not None:
        return N_("These are parts. Nothing is to be sent back.")
    if it.stage in CALLED_OFF:
        return N_("It was called off or declined. Nothing is to be sent back.")
    if it.retain_and_destroy:
        return N_("The customer keeps the device and destroys it. Nothing is to be sent back.")
    if it.liability in NO_MORE:
        return N_("It is paid or waived, and nothing is asked back any more.")
    return N_("The new device is not sent yet, so that nothing is to be sent back.")


def _check(scanned: str, wanted: list[str], *, wrong: bool, another: bool, unread: bool) -> None:
    """Whether it was looked at, which of the two it is."""
    if another and not wrong:
        raise Refused(
            N_("Scan the serial number of the device that came: it must be another one."),
            field="serial_number",
        )
    if wrong and not another:
        raise Refused(
            N_("You scanned %(scanned)s, but %(wanted)s is to come back."),
            field="serial_number",
            scanned=scanned,
            wanted=wanted[0],
        )
    if wanted and not scanned and not unread:
        raise Refused(
            N_("Scan the serial number, or tick that it cannot be read."), field="serial_number"
        )


def _describe(
    session: ScopedSession,
    it: Replacement,
    scanned: str,
    condition: str,
    missing: str,
    *,
    by: Doer,
    now: datetime,
) -> None:
    """Of what has come back already: what was not said, or not read, when it was registered."""
    before = (it.received_serial_number, it.condition, it.missing)
    it.received_serial_number = it.received_serial_number or scanned
    it.condition, it.missing = condition or it.condition, missing or it.missing
    after = (it.received_serial_number, it.condition, it.missing)
    if after == before:
        return  # scanned twice
    happened(session, it, What.RECEIPT_CORRECTED, by=by)
    settle(session, it, now=now)
    if after[1:] != before[1:]:
        told = {"condition": it.condition, "missing": it.missing or ""}
        tell(session, it, "received", by=by, **told)


def describe_anew(
    session: ScopedSession,
    replacement: Replacement,
    *,
    condition: str,
    missing: str,
    by: Doer,
    now: datetime,
) -> bool:
    """Another description of what has come back, which may be none. Whether that changed anything.
    What stood there before is on record."""
    it = hold(session, replacement)
    if it.returned is not ReturnStage.RECEIVED:
        raise Refused(N_("It has not come back yet."))
    told = {
        "condition": one_line(condition, field="condition", most=200),
        "missing": one_line(missing, field="missing", most=200),
    }
    before = {"condition": it.condition, "missing": it.missing or ""}
    changed = {name: [before[name], told[name]] for name in told if before[name] != told[name]}
    if not changed:
        return False
    it.condition, it.missing = told["condition"], told["missing"] or None
    happened(session, it, What.RECEIPT_CORRECTED, by=by, **changed)
    settle(session, it, now=now)
    tell(session, it, "received", by=by, **told)
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
    session: ScopedSession,
    it: Replacement,
    scanned: str,
    told: dict[str, str],
    *,
    by: Doer,
    now: datetime,
) -> None:
    before = (it.wrong_serial_number, it.condition, it.missing or "")
    if before == (scanned, *told.values()):
        return  # scanned twice
    it.wrong_serial_number = scanned
    it.condition, it.missing = told["condition"], told["missing"] or None
    happened(session, it, What.WRONG_DEVICE, by=by, serial_number=scanned, **told)
    settle(session, it, now=now)
    tell(session, it, "wrong_device", by=by, **told)
