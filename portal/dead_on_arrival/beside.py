"""The chain that a replacement is part of, and the way on where its new device does not work."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.base import clock
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.dead_on_arrival.actions import may_be_dead
from portal.dead_on_arrival.queries import links_of
from portal.replacements.models import Replacement
from portal.replacements.rules import CALLED_OFF, PREFIX, Stage


@dataclass(frozen=True, slots=True)
class Chain:
    before: str  # the reference of the one whose device did not work; empty: there is none
    after: str
    off: bool  # whether that one is not sent: it was declined or called off
    until: date | None  # the last day on which it can be said; None: it cannot


def find(session: ScopedSession, it: Replacement) -> Chain | None:
    # The first of a chain is in one only once it is delivered, and others go to the front.
    if it.stage is not Stage.DELIVERED and it.turn:
        return None
    links = session.execute(links_of(it.id)).all()
    before = [each.replacement_id for each, _stage in links if each.next_id == it.id]
    after = [(each.next_id, stage) for each, stage in links if each.replacement_id == it.id]
    off = any(stage in CALLED_OFF for _next, stage in after)
    # What goes back in place of the faulty one is not in use, and nothing is sent for it.
    stays = it.instead_serial_number is None or it.instead_serial_number != it.new_serial_number
    can = (off or not after) and stays and may_be_dead(it, clock.now()) and it.delivered_on
    until = can + timedelta(days=it.dead_on_arrival) if can else None
    following = _written([each for each, _stage in after])
    return Chain(_written(before), following, off, until) if links or until else None


def _written(ids: list[int]) -> str:
    return reference(PREFIX, ids[0]) if ids else ""
