"""Where the parcels of a replacement are, on its page and on that of the desk."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app

from portal.base.tenancy import ScopedSession
from portal.carriers.models import CarrierEvent, Parcel, ParcelWatch
from portal.carriers.others import carrier_called
from portal.carriers.queries import parcels_told
from portal.carriers.rules import Answer, Direction, Status
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.web.locale import language

COLORS = {
    Status.DELIVERED: "success",
    Status.READY_FOR_PICKUP: "warning",
    Status.DEVIATION: "danger",
    Status.SENT_BACK: "danger",
}


@dataclass(slots=True)
class Shown:
    """A parcel as it is told of."""

    direction: Direction
    carrier: str
    number: str
    link: str
    status: Status | None = None
    status_at: datetime | None = None
    trouble: bool = False
    label: str = ""
    asked_at: datetime | None = None
    answer: Answer = Answer.NOT_ASKED
    events: list[CarrierEvent] = field(default_factory=list)

    @property
    def color(self) -> str:
        return COLORS.get(self.status, "info") if self.status else "neutral"


def find(session: ScopedSession, it: Replacement) -> list[Shown] | None:
    """Both parcels in one statement; before the carrier is asked, what is known by ourselves."""
    shown: dict[Direction, Shown] = {}
    for parcel, watch, told in session.execute(parcels_told(it.id)):
        here = shown.setdefault(parcel.direction, _shown(session, parcel, watch))
        if told is not None:
            here.events.append(told)
    if it.tracking_number and Direction.OUT not in shown:
        link = carrier_called(session, it.carrier).link(it.tracking_number, language())
        out = Shown(Direction.OUT, it.carrier, it.tracking_number, link)
        shown = {Direction.OUT: out, **shown}
    return list(shown.values()) or None


@dataclass(frozen=True, slots=True)
class OnDesk:
    parcels: list[Shown]
    may_order: bool  # the new device's, before it is sent


def find_for_desk(session: ScopedSession, it: Replacement) -> OnDesk | None:
    parcels = find(session, it) or []
    ordered = any(each.direction is Direction.OUT for each in parcels)
    waits = it.stage is Stage.APPROVED and not ordered
    may_order = waits and current_app.extensions["bring"].books
    return OnDesk(parcels, may_order) if parcels or may_order else None


def _shown(session: ScopedSession, parcel: Parcel, watch: ParcelWatch | None) -> Shown:
    link = carrier_called(session, parcel.carrier).link(parcel.number, language())
    return Shown(
        direction=parcel.direction,
        carrier=parcel.carrier,
        number=parcel.number,
        link=link if parcel.number else "",
        status=parcel.status,
        status_at=parcel.status_at,
        trouble=parcel.trouble,
        label=parcel.label if parcel.label.startswith("https://") else "",
        asked_at=watch.asked_at if watch else None,
        answer=watch.answer if watch else Answer.NOT_ASKED,
    )
