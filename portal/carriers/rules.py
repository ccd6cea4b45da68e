"""What a carrier's events mean for the two parcels of a replacement."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import quote

from portal.base.words import N_, LabelledEnum, Refused
from portal.replacements.rules import Stage


class Direction(LabelledEnum):
    OUT = "out", N_("The new device")
    BACK = "back", N_("The faulty device")


class Status(LabelledEnum):
    """Where a parcel is, in our own words, whatever its carrier calls it."""

    REGISTERED = "registered", N_("Registered with the carrier")
    HANDED_IN = "handed_in", N_("Handed in")
    IN_TRANSIT = "in_transit", N_("In transit")
    OUT_FOR_DELIVERY = "out_for_delivery", N_("Out for delivery")
    READY_FOR_PICKUP = "ready_for_pickup", N_("Ready for pickup")
    ATTEMPTED = "attempted", N_("Delivery attempted")
    DELIVERED = "delivered", N_("Delivered")
    DEVIATION = "deviation", N_("Deviation")
    SENT_BACK = "sent_back", N_("On its way back to the sender")
    OTHER = "other", N_("Other event")


class Answer(StrEnum):
    """What came of asking a carrier the last time."""

    NOT_ASKED = "not_asked"
    KNOWN = "known"
    UNKNOWN = "unknown"  # it does not know the number, or not yet
    SILENT = "silent"  # it does not answer
    GARBLED = "garbled"  # what it answers cannot be read


MOST_EVENTS = 100  # of one answer, the newest; and of a parcel three times as many
MOST_KEPT = 3 * MOST_EVENTS
AHEAD = timedelta(hours=12)  # how far a carrier's clock may be before ours
LONGEST_PAUSE = timedelta(hours=4)
NUMBER = "{number}"  # stands for the tracking number in a carrier's address
_ADDRESS = re.compile(r"https://([a-z0-9-]+\.)+[a-z]{2,}(/[!-~]*)", re.IGNORECASE)
_LONGEST = {"code": 40, "place": 80, "text": 200}
# A replacement's stage by where its parcel is. What is not here moves nothing.
_STAGES = {
    Status.HANDED_IN: Stage.IN_TRANSIT,
    Status.IN_TRANSIT: Stage.IN_TRANSIT,
    Status.OUT_FOR_DELIVERY: Stage.IN_TRANSIT,
    Status.ATTEMPTED: Stage.IN_TRANSIT,
    Status.READY_FOR_PICKUP: Stage.READY_FOR_PICKUP,
    Status.DELIVERED: Stage.DELIVERED,
}
TROUBLE = {Status.DEVIATION, Status.SENT_BACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a carrier says happened, at its own time."""

    at: datetime
    status: Status
    code: str  # as the carrier calls it
    place: str = ""
    text: str = ""  # the carrier's own words

    @property
    def key(self) -> str:
        """By which the same event is known when it is told again, in whichever words."""
        told = (self.at.astimezone().timestamp(), self.code, self.place)
        return sha256(repr(told).encode()).hexdigest()[:32]


def plain(text: object, what: str) -> str:
    """What a carrier wrote, in one line and no longer than there is room for."""
    if not isinstance(text, str):
        return ""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line[: _LONGEST[what]].strip()


def within_time(
    events: Iterable[Event], *, since: datetime, until: datetime | None, now: datetime
) -> list[Event]:
    """The events of this parcel among those of its number, in the order in which they happened.

    A number is used again after a while. What happened before our parcel was sent is another's, and
    so is what happens after the number has been given to a newer one.
    """
    ends = min(now + AHEAD, until) if until else now + AHEAD
    ours = {it.key: it for it in events if since <= it.at < ends}
    return sorted(ours.values(), key=lambda it: it.at)[-MOST_EVENTS:]


def stage_told(events: Iterable[Event]) -> tuple[Stage, datetime] | None:
    """To which stage the events bring the new device, and when: the last of those that move it.

    What was delivered stays delivered, whatever is scanned of it later.
    """
    moving = [it for it in events if it.status in _STAGES]
    delivered = [it for it in moving if it.status is Status.DELIVERED]
    if not moving:
        return None
    last = delivered[0] if delivered else max(moving, key=lambda it: it.at)
    return _STAGES[last.status], last.at


def is_handed_in(events: Iterable[Event]) -> bool:
    """Whether the carrier has the parcel, or had it."""
    return any(it.status in _STAGES or it.status is Status.SENT_BACK for it in events)


def in_trouble(events: Iterable[Event]) -> bool:
    """Whether somebody should look: the last that was said of it is no good, or it comes back."""
    told = [it for it in events if it.status is not Status.OTHER]
    if any(it.status is Status.DELIVERED for it in told):
        return False
    sent_back = any(it.status is Status.SENT_BACK for it in told)
    return sent_back or (bool(told) and max(told, key=lambda it: it.at).status in TROUBLE)


def pause(first: timedelta, tries: int) -> timedelta:
    """How long to wait until a parcel is asked for again, of which nothing new was told so many
    times: each time twice as long."""
    doubled: timedelta = first * 2 ** min(max(tries, 0), 16)
    return min(doubled, max(first, LONGEST_PAUSE))


def checked_template(text: str) -> str:
    """Where parcels of a carrier are followed: an address with a place for the number, which stands
    in the path or the query and does not decide where the link leads."""
    template = text.strip()
    if template and not (_ADDRESS.fullmatch(template) and NUMBER in template):
        raise Refused(
            N_("Write an address that begins with https:// and has {number} in it."), field="link"
        )
    return template


def link_to(template: str, number: str) -> str:
    return template.replace(NUMBER, quote(number, safe=""))
