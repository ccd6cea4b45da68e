"""Following parcels: from when they are sent until they have come."""

from math import ceil
from time import monotonic

from portal.base import clock
from portal.base.jobs import Hopeless, NotNow, every, handles, later
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.carriers.actions import have_ordered, open_parcel, watch, watch_no_more
from portal.carriers.booking import shipment_of
from portal.carriers.bring import bring_of
from portal.carriers.interface import Declined, Garbled, Silent
from portal.carriers.models import Parcel
from portal.carriers.others import carrier_called
from portal.carriers.polling import BATCH, Rhythm, ask_for_some
from portal.carriers.queries import due_count, parcels_of
from portal.carriers.rules import Direction
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import RETURN_OPEN

_WORKERS = 4  # at most so many ask at once
_TURN = 15.0  # seconds, after which other jobs have theirs


@every("carriers.look", minutes=1)
def look(run: Run) -> None:
    """Have as many workers ask as there is work for, each for a while."""
    carrier = bring_of(run.settings)
    if not carrier.tracks:
        return
    with run.session(NOBODY) as session:
        due = session.scalars(due_count([carrier.name], clock.now(), _WORKERS * BATCH)).one()
        for turn in range(ceil(due / BATCH)):
            later(session, "carriers.ask", key=f"carriers.ask {turn}", turn=turn)
        run.finish(session)


@handles("carriers.ask", limit=600)
def ask(run: Run, *, turn: int) -> None:
    """Batch after batch while there are any; then it queues up again behind the others' jobs."""
    carrier, rhythm = bring_of(run.settings), Rhythm.of(run.settings)
    until, some, useful = monotonic() + _TURN, BATCH, carrier.tracks
    try:
        while useful and some == BATCH and monotonic() < until:
            some, useful = ask_for_some(run, [carrier], rhythm)
    finally:
        carrier.hang_up()
    with run.session(NOBODY) as session:
        if useful and some == BATCH:
            later(session, "carriers.ask", key=f"carriers.ask {turn}", turn=turn)
        run.finish(session)


@handles("carriers.follow")
def follow(run: Run, *, replacement_id: int) -> None:
    """Both parcels of what was just sent; the one that comes back may have to be ordered first."""
    bring, now = bring_of(run.settings), clock.now()
    with run.session(_scope(run)) as session:
        it = session.scalars(replacement_with_id(replacement_id)).one_or_none()
        if it is not None and it.shipped_at is not None:
            called = carrier_called(session, it.carrier, bring).name
            told = {"carrier": called, "number": it.tracking_number}
            out = open_parcel(session, it, Direction.OUT, **told, now=it.shipped_at)
            if called == bring.name:
                watch(session, out, carrier=called, now=now)
            else:
                watch_no_more(session, out)
            if it.returned in RETURN_OPEN and bring.books:
                have_ordered(session, it, Direction.BACK)
        run.finish(session)


@handles("carriers.book")
def book(run: Run, *, replacement_id: int, direction: str) -> None:
    """Order a parcel from the carrier, once: whose number is known is ordered already.

    Who dies after the carrier has answered orders again. Of those two the first is never handed in,
    and what is not handed in costs nothing; both bear our reference.
    """
    bring, way = bring_of(run.settings), Direction(direction)
    with run.reading(_scope(run)) as session:
        it = session.scalars(replacement_with_id(replacement_id)).one_or_none()
        known = session.scalars(parcels_of(replacement_id)).all() if it else ()
        if it is None or any(each.direction is way and each.number for each in known):
            return
        shipment = shipment_of(it, way)
    try:
        booked = bring.book(shipment)
    except Silent as trouble:
        raise NotNow(f"The carrier does not answer: {trouble}", wait=trouble.wait) from None
    except (Declined, Garbled) as trouble:
        raise Hopeless(f"The carrier does not take the parcel: {trouble}") from None
    now = clock.now()
    with run.session(_scope(run)) as session:
        it = session.scalars(replacement_with_id(replacement_id)).one()
        told = {"number": booked.number, "label": booked.label, "carrier": bring.name}
        parcel: Parcel = open_parcel(session, it, way, **told, now=now)
        if way is Direction.BACK:
            watch(session, parcel, carrier=bring.name, now=now)
        run.finish(session)


def _scope(run: Run) -> Scope:
    account_id = run.job.account_id or 0
    only = frozenset({account_id})
    return Scope(only, account_id, staff=True, reason="following a parcel")
