"""Whether one agreement of an account takes over where another ends, and whether it has begun."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from portal.base.words import N_, LabelledEnum

_A_DAY = timedelta(days=1)


class BreakKind(LabelledEnum):
    GAP = "gap", N_("Gap between agreements")
    OVERLAP = "overlap", N_("Agreements overlap")


class Standing(LabelledEnum):
    COMING = "coming", N_("Not begun")
    IN_FORCE = "in_force", N_("In force")
    ENDED = "ended", N_("Ended")


def standing(starts_on: date, ends_on: date, today: date) -> Standing:
    if today < starts_on:
        return Standing.COMING
    return Standing.IN_FORCE if today <= ends_on else Standing.ENDED


class Period(Protocol):
    """What is looked at of an agreement. Both days belong to it."""

    @property
    def number(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The days, both included, that none or two of an account's agreements count as theirs."""

    kind: BreakKind
    first: date
    last: date
    before: str  # the number of the agreement that begins first
    after: str

    def concerns(self, number: str) -> bool:
        return number in {self.before, self.after}


def breaks(periods: Iterable[Period]) -> list[Break]:
    """The gaps and overlaps between the agreements of one account, by date.

    Each agreement is held against the one that reaches longest of those that began before it. One
    that begins on the day after another's last day takes over from it: no gap.
    """
    found: list[Break] = []
    reach: Period | None = None
    for period in sorted(periods, key=lambda it: (it.starts_on, it.ends_on, it.number)):
        if reach is not None:
            found += _between(reach, period)
        if reach is None or period.ends_on > reach.ends_on:
            reach = period
    return found


def _between(reach: Period, period: Period) -> list[Break]:
    if period.starts_on <= reach.ends_on:
        kind, first, last = (
            BreakKind.OVERLAP,
            period.starts_on,
            min(reach.ends_on, period.ends_on),
        )
    elif period.starts_on > reach.ends_on + _A_DAY:
        kind, first, last = BreakKind.GAP, reach.ends_on + _A_DAY, period.starts_on - _A_DAY
    else:
        return []
    return [Break(kind=kind, first=first, last=last, before=reach.number, after=period.number)]
