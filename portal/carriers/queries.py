"""What is looked up about parcels and what carriers told of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Update, and_, func, or_, select, update

from portal.accounts.models import Account
from portal.carriers.models import CarrierEvent, Parcel, ParcelWatch
from portal.carriers.rules import Direction
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY, RETURN_OPEN, Stage, Track
from portal.replacements.step_models import ReplacementStep

LEASE = timedelta(minutes=10)  # longer than asking for a batch may take


def parcels_of(*replacement_ids: int) -> Select[Parcel]:
    return select(Parcel).where(Parcel.replacement_id.in_(replacement_ids)).order_by(Parcel.id)


def events_of(*replacement_ids: int) -> Select[CarrierEvent]:
    """What carriers told, the last first."""
    return (
        select(CarrierEvent)
        .where(CarrierEvent.replacement_id.in_(replacement_ids))
        .order_by(CarrierEvent.at.desc(), CarrierEvent.id.desc())
    )


def parcels_told(replacement_id: int) -> Any:
    """Both parcels with what their carriers told, the last first, in one statement."""
    same = (Parcel.replacement_id, Parcel.direction)
    watched = and_(
        ParcelWatch.replacement_id == same[0],
        ParcelWatch.direction == same[1],
        ParcelWatch.account_id == Parcel.account_id,
    )
    told = and_(CarrierEvent.replacement_id == same[0], CarrierEvent.direction == same[1])
    return (
        select(Parcel, ParcelWatch, CarrierEvent)
        .outerjoin(ParcelWatch, watched)
        .outerjoin(CarrierEvent, told)
        .where(Parcel.replacement_id == replacement_id)
        .order_by(Parcel.id, CarrierEvent.at.desc(), CarrierEvent.id.desc())
    )


def numbers_back(replacement_ids: Iterable[int]) -> Select[*tuple[Any, ...]]:
    """The numbers that carriers gave to parcels that come back."""
    return select(Parcel.replacement_id, Parcel.number).where(
        Parcel.replacement_id.in_(list(replacement_ids)),
        Parcel.direction == Direction.BACK,
        Parcel.number != "",
    )


def came_back_with(number: str) -> Select[*tuple[Any, ...]]:
    """The replacements on whose return labels this number stands, those that are awaited first:
    carriers use a number again."""
    awaited = Replacement.returned.in_(RETURN_OPEN)
    return (
        select(Replacement.id, Replacement.account_id, awaited.label("awaited"))
        .join(ParcelWatch, ParcelWatch.replacement_id == Replacement.id)
        .where(ParcelWatch.number == number, ParcelWatch.direction == Direction.BACK)
        .order_by(awaited.desc(), Replacement.id.desc())
        .limit(1)
    )


def lay_ready(replacement_id: int, since: datetime) -> Select[int]:
    """That the parcel has been ready for pickup before: carriers move it on and back again."""
    return select(ReplacementStep.id).where(
        ReplacementStep.replacement_id == replacement_id,
        ReplacementStep.track == Track.REPLACEMENT,
        ReplacementStep.state == Stage.READY_FOR_PICKUP.value,
        ReplacementStep.at >= since,
    )


def watch_of(replacement_id: int, direction: Direction) -> Select[ParcelWatch]:
    here = (ParcelWatch.replacement_id == replacement_id, ParcelWatch.direction == direction)
    return select(ParcelWatch).where(*here)


def in_trouble() -> Any:
    """The condition that the carrier has told something of a parcel that somebody should look at.
    Once the parcel has come, nobody needs to."""
    told = select(Parcel.replacement_id).where(Parcel.trouble.is_(True))
    open_still = or_(Replacement.stage.in_(ON_THE_WAY), Replacement.returned.in_(RETURN_OPEN))
    return and_(Replacement.id.in_(told), open_still)


def due_count(names: Iterable[str], now: datetime, most: int) -> Select[int]:
    due = select(ParcelWatch.id).where(*_due(names, now)).limit(most).subquery()
    return select(func.count()).select_from(due)


def claim(names: Iterable[str], lease: str, now: datetime, most: int) -> Update:
    """Lease those parcels that have been due for longest. Nobody else asks for them meanwhile."""
    due = (
        select(ParcelWatch.id)
        .where(*_due(names, now))
        .order_by(ParcelWatch.next_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(ParcelWatch)
        .where(ParcelWatch.id.in_(select(due.c.id)))
        .values(lease=lease, next_at=now + LEASE)
        .returning(ParcelWatch)
        .execution_options(synchronize_session=False)
    )


def put_down(ids: Iterable[int], lease: str, **told: Any) -> Update:
    """What came of asking, for as long as nobody else has asked meanwhile."""
    mine = (ParcelWatch.id.in_(list(ids)), ParcelWatch.lease == lease)
    return (
        update(ParcelWatch)
        .where(*mine)
        .values(lease=None, **told)
        .execution_options(synchronize_session=False)
    )


def standing(replacement_ids: Iterable[int]) -> Select[*tuple[Any, ...]]:
    """How the replacements stand whose parcels are asked for."""
    return (
        select(Replacement.id, Replacement.stage, Replacement.returned, Account.closed_at)
        .join(Account, Account.id == Replacement.account_id)
        .where(Replacement.id.in_(list(replacement_ids)))
    )


def given_again(numbers: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """When each of these numbers was given to a parcel."""
    return select(ParcelWatch.number, ParcelWatch.since).where(
        ParcelWatch.number.in_(list(numbers))
    )


def keys_known(replacement_ids: Iterable[int]) -> Select[*tuple[Any, ...]]:
    return select(CarrierEvent.replacement_id, CarrierEvent.direction, CarrierEvent.key).where(
        CarrierEvent.replacement_id.in_(list(replacement_ids))
    )


def locked(replacement_ids: Iterable[int]) -> Select[Replacement]:
    """Replacements as they are now, for this transaction alone to write."""
    return (
        select(Replacement)
        .where(Replacement.id.in_(list(replacement_ids)))
        .order_by(Replacement.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _due(names: Iterable[str], now: datetime) -> tuple[Any, ...]:
    return (ParcelWatch.next_at <= now, ParcelWatch.carrier.in_(list(names)))
