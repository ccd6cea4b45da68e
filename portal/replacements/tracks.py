"""The three tracks of a replacement, step by step: what happened, where it stands, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from portal.replacements.rules import (
    CALLED_OFF,
    NO_MORE,
    Liability,
    ReturnStage,
    Stage,
    State,
    Track,
    return_stage,
)

KINDS: dict[Track, Any] = {
    Track.REPLACEMENT: Stage,
    Track.RETURN: ReturnStage,
    Track.LIABILITY: Liability,
}
_S, _R, _L = Stage, ReturnStage, Liability
_SENT = (_S.REQUESTED, _S.APPROVED, _S.SHIPPED, _S.IN_TRANSIT, _S.DELIVERED)
_BACK = (_R.NOT_DUE, _R.LABEL_READY, _R.UNDER_WAY, _R.RECEIVED)
_DESTROYED = (_R.NOT_DUE, _R.DESTROYED)
_MONEY = (_L.NONE, _L.AT_RISK, _L.SETTLED)


class Happened(Protocol):
    @property
    def track(self) -> Track: ...
    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a track. `at` is when it came to that; None of what has not, and of a start."""

    state: State
    at: datetime | None = None
    current: bool = False
    done: bool = False


def tracks_of(it: Any, happened: Iterable[Happened], *, today: date) -> dict[Track, list[Step]]:
    """The tracks of a replacement, from the steps that are on record of it."""
    steps, over = list(happened), it.stage in CALLED_OFF
    found = {}
    for track, usual in (
        (Track.REPLACEMENT, _SENT),
        (Track.RETURN, _return_of(it)),
        (Track.LIABILITY, (_L.NONE,) if it.retain_and_destroy or it.part_id else _MONEY),
    ):
        past = [(KINDS[track](step.state), step.at) for step in steps if step.track is track]
        no_more = it.liability in NO_MORE and it.returned is _R.NOT_DUE  # nothing is asked back
        done = over or (no_more and track is Track.RETURN)
        found[track] = _track(it.standing(track), past, () if done else usual, usual[0])
    _mark_overdue(found[Track.RETURN], it.return_due_on, today)
    return found


def _return_of(it: Any) -> tuple[ReturnStage, ...]:
    if it.part_id:
        return (_R.NOT_DUE,)
    return _DESTROYED if it.retain_and_destroy else _BACK


def _track(
    standing: Any, past: list[tuple[Any, datetime]], usual: tuple[Any, ...], start: Any
) -> list[Step]:
    """What is on record; then what usually follows on where it stands."""
    if not past or past[0][0] != start:
        past = [(start, None), *past]  # type: ignore[list-item]
    if past[-1][0] != standing:  # as it lies in the table, whatever is on record
        past = [*past, (standing, None)]  # type: ignore[list-item]
    if len(past) > 1 and past[-1][0] == start:
        past = past[1:]  # it has come back to where it began, which is said once
    *before, last = past
    left = usual[usual.index(standing) + 1 :] if standing in usual else ()
    if standing is Stage.READY_FOR_PICKUP:
        left = (Stage.DELIVERED,)
    return [
        *(Step(state, at, done=True) for state, at in before),
        Step(last[0], last[1], current=True),
        *(Step(state) for state in left),
    ]


def _mark_overdue(steps: list[Step], due_on: date | None, today: date) -> None:
    """Where the day is past, that is where it stands."""
    at = next((place for place, step in enumerate(steps) if step.current), None)
    if at is None:
        return
    stands: Any = steps[at].state
    if return_stage(stands, due_on, today) is ReturnStage.OVERDUE:
        steps[at : at + 1] = [
            Step(stands, steps[at].at, done=True),
            Step(ReturnStage.OVERDUE, current=True),
        ]
