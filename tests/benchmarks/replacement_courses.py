"""The courses that replacements take, how often, and how many days ago they were asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from portal.replacements.rules import Liability, ReturnStage, Stage, State, Track

_S, _R, _L = Stage, ReturnStage, Liability
Moves = tuple[tuple[State, float], ...]  # where to, and after so many days
_ASKED: Moves = ((_S.REQUESTED, 0),)
_APPROVED: Moves = (*_ASKED, (_S.APPROVED, 0.1))
_SENT: Moves = (*_APPROVED, (_S.SHIPPED, 0.3), (_S.IN_TRANSIT, 0.5))
_BACK: Moves = ((_R.LABEL_READY, 0.3), (_L.AT_RISK, 0.3))
_HERE: Moves = (*_SENT, *_BACK, (_S.DELIVERED, 1))
_HANDED_IN: Moves = (*_HERE, (_R.UNDER_WAY, 6))
_CHARGED: Moves = (*_HERE, (_L.CHARGED, 25))
TRACKS = {_S: Track.REPLACEMENT, _R: Track.RETURN, _L: Track.LIABILITY}
OVER_AFTER = 15  # days from when it is asked for to the deadline


@dataclass(frozen=True, slots=True)
class Shape:
    share: float  # of all
    days: tuple[int, int]  # ago
    moves: Moves
    keeps: bool = False  # the faulty device is destroyed and not sent back


class Course(Enum):
    """Most are long finished; of what goes on most waits for the faulty device."""

    RETURNED = Shape(0.81, (10, 1095), (*_HANDED_IN, (_R.RECEIVED, 8), (_L.SETTLED, 8)))
    DESTROYED = Shape(0.04, (10, 1095), (*_SENT, (_S.DELIVERED, 1), (_R.DESTROYED, 9)), keeps=True)
    PAID = Shape(0.03, (60, 1095), (*_CHARGED, (_L.SETTLED, 50), (_R.NOT_DUE, 50)))
    WAIVED = Shape(0.004, (60, 1095), (*_CHARGED, (_L.WAIVED, 40), (_R.NOT_DUE, 40)))
    CALLED_OFF = Shape(0.03, (1, 1095), (*_APPROVED, (_S.CANCELED, 0.2)))
    DECLINED = Shape(0.02, (1, 1095), (*_ASKED, (_S.DECLINED, 0.2)))
    REQUESTED = Shape(0.002, (0, 2), _ASKED)
    TO_SEND = Shape(0.003, (0, 2), _APPROVED)
    ON_THE_WAY = Shape(0.004, (1, 4), (*_SENT, *_BACK))
    WITH_CUSTOMER = Shape(0.013, (1, OVER_AFTER), _HERE)
    HANDED_IN = Shape(0.005, (7, 30), _HANDED_IN)
    OVERDUE = Shape(0.02, (OVER_AFTER + 1, 90), _HERE)
    CHARGED = Shape(0.015, (30, 400), _CHARGED)
    TO_DESTROY = Shape(0.004, (2, 60), (*_SENT, (_S.DELIVERED, 1)), keeps=True)

    @property
    def standing(self) -> dict[Track, State]:
        """Where its tracks have come to."""
        stands: dict[Track, State] = {
            Track.REPLACEMENT: _S.REQUESTED,
            Track.RETURN: _R.NOT_DUE,
            Track.LIABILITY: _L.NONE,
        }
        for state, _after in self.value.moves:
            stands[TRACKS[type(state)]] = state
        return stands

    def reached(self, state: State) -> float | None:
        """After how many days it came to that; None where it did not."""
        return dict(self.value.moves).get(state)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted of a replacement."""

    id: int
    account_id: int
    course: Course
    device: Any  # the faulty one: a row with its numbers
    asked_at: datetime
    before_id: int | None  # the one whose device was dead on arrival

    @property
    def delivered(self) -> bool:
        return self.course.reached(Stage.DELIVERED) is not None

    def at(self, days: float) -> datetime:
        """So many days after it was asked for."""
        return self.asked_at + timedelta(days=days)
