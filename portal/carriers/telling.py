"""What is told of a parcel because its carrier told it: to staff, and to whoever waits for it."""

from collections.abc import Sequence

from portal.base.tenancy import ScopedSession
from portal.carriers.models import Parcel
from portal.carriers.queries import lay_ready
from portal.carriers.rules import TROUBLE, Event
from portal.replacements.models import Replacement
from portal.replacements.telling import tell


def tell_of_trouble(
    session: ScopedSession, it: Replacement, parcel: Parcel, new: Sequence[Event]
) -> None:
    """Once of each deviation, since what a carrier says is new once; of several the last one. What
    has arrived meanwhile nobody needs to look into."""
    wrong = [each for each in new if each.status in TROUBLE]
    if not parcel.trouble or not wrong:
        return
    last = max(wrong, key=lambda each: each.at)
    told = {"direction": parcel.direction.value, "status": last.status.value, "place": last.place}
    tell(session, it, "deviation", by=None, **told, carrier=parcel.carrier, number=parcel.number)


def tell_of_pickup(session: ScopedSession, it: Replacement, parcel: Parcel) -> None:
    """Once of each parcel."""
    if session.scalars(lay_ready(it.id, parcel.since)).first() is None:
        tell(session, it, "ready", by=None)
