"""Putting right what was scanned wrongly of a parcel that is on its way."""

from datetime import datetime

from portal.base.history import Doer, What, happened
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.replacements.deeds import hold, settle
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY
from portal.replacements.scanning import keep_serial, scanned_device, scanned_number
from portal.replacements.telling import tell
from portal.service_requests.rules import one_line


def correct_shipment(
    session: ScopedSession,
    replacement: Replacement,
    *,
    serial_number: str,
    tracking_number: str,
    carrier: str,
    again: bool = False,
    by: Doer,
    now: datetime,
) -> bool:
    """As long as it has not arrived. Whether that changed anything. Both are on record."""
    it = hold(session, replacement)
    if it.stage not in ON_THE_WAY:
        raise Refused(N_("Only what is on its way can be corrected."))
    shown = it.part.number if it.part else serial_number
    serial = scanned_device(session, it, shown)
    called = one_line(carrier, field="carrier", most=40)
    number = scanned_number(session, it, tracking_number, shown, again=again)
    changed = {
        name: [before, after]
        for name, before, after in (
            ("serial_number", it.new_serial_number or "", serial),
            ("tracking_number", it.tracking_number, number),
            ("carrier", it.carrier, called),
        )
        if before != after
    }
    if not changed:
        return False
    keep_serial(session, it, serial)
    it.tracking_number, it.carrier = number, called
    happened(session, it, What.SHIPMENT_CORRECTED, by=by, **changed)
    settle(session, it, now=now)
    if changed.keys() - {"serial_number"}:  # whoever follows the parcel followed another
        tell(session, it, "shipped", by=by)
        later(session, "carriers.follow", account_id=it.account_id, replacement_id=it.id)
    return True
