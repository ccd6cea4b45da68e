"""The figures as pages and files tell them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.tenancy import ScopedSession
from portal.base.words import LabelledEnum
from portal.catalogue.models import Category
from portal.support_figures.filters import Filters
from portal.support_figures.queries import requests_counted, staff_named, targets_counted
from portal.support_figures.rules import Age, share, week_starts
from portal.web.locale import gettext as _
from portal.web.locale import label


@dataclass(slots=True)
class Line:
    """What there was of one customer, category, agent, severity or week, or of all."""

    name: str = ""
    opened: int = 0
    closed: int = 0
    open: int = 0
    rated: int = 0  # how many said how the help was, and how many of them were satisfied
    satisfied: int = 0
    oldest: datetime | None = None
    first_response_met: int = 0
    first_response_missed: int = 0
    next_update_met: int = 0
    next_update_missed: int = 0

    @property
    def first_response(self) -> float | None:
        return share(self.first_response_met, self.first_response_missed)

    @property
    def next_update(self) -> float | None:
        return share(self.next_update_met, self.next_update_missed)

    @property
    def satisfaction(self) -> float | None:
        return share(self.satisfied, self.rated - self.satisfied)

    @property
    def matters(self) -> bool:
        counts = (self.opened, self.closed, self.open, self.first_response_met)
        targets = (self.first_response_missed, self.next_update_met, self.next_update_missed)
        return any((*counts, *targets, self.rated))


@dataclass(frozen=True, slots=True)
class Figures:
    starts: list[datetime]
    whole: Line
    accounts: list[Line]
    categories: list[Line]
    agents: list[Line]
    severities: list[Line]
    weeks: list[Line]
    ages: dict[Age, int]
    choices: dict[int, str] = field(default_factory=dict)  # of agents: whom one may ask by


def figures(session: ScopedSession, filters: Filters, now: datetime) -> Figures:
    """All of them, in three statements."""
    starts = week_starts(clock.day_of(now), filters.period.weeks)
    where, lines = filters.conditions(), _Lines()
    for row in session.execute(requests_counted(starts, now, where)):
        lines.count(row, row._asdict())
    for row in session.execute(targets_counted(starts, now, where)):
        lines.count(row, row._asdict())
    staff = session.execute(staff_named()).all()
    names = {row.id: row.name for row in staff}
    return Figures(
        starts=starts,
        whole=lines.of["all"][""],
        accounts=lines.ranked("account"),
        categories=lines.named("category", _labels(Category), _("No model")),
        agents=lines.named("agent", {str(it): name for it, name in names.items()}, _("Nobody")),
        severities=lines.named("severity", _labels(Severity), ""),
        weeks=lines.weeks(starts),
        ages={age: lines.of["age"][age.value].open for age in Age},
        choices={row.id: row.name for row in staff if row.deactivated_at is None},
    )


class _Lines:
    """Rows of both statements, put together by what they are about."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str | None, Line]] = defaultdict(lambda: defaultdict(Line))

    def count(self, row: Any, counts: Mapping[str, Any]) -> None:
        line = self.of[row.by][row.key]
        line.name = row.name or line.name
        for name in Line.__slots__:
            if name != "name" and name in counts:
                setattr(line, name, counts[name])

    def ranked(self, by: str) -> list[Line]:
        """Those with most open first, and then with most that were opened."""
        found = [line for line in self.of[by].values() if line.matters]
        return sorted(found, key=lambda it: (-it.open, -it.opened, it.name))

    def named(self, by: str, names: Mapping[str, str], none: str) -> list[Line]:
        """In the order of the names, and what has none last."""
        found = []
        for key in (*names, None):
            line = self.of[by].get(key)
            if line and line.matters:
                line.name = names[key] if key is not None else none
                found.append(line)
        return found

    def weeks(self, starts: list[datetime]) -> list[Line]:
        found = []
        for at, start in enumerate(starts):
            line = self.of["week"][str(at)]
            line.opened, line.closed = (
                getattr(self.of[name][str(at)], name) for name in ("opened", "closed")
            )
            told = self.of["rated"][str(at)]
            line.rated, line.satisfied = told.rated, told.satisfied
            line.name = week_name(start)
            found.append(line)
        return found


def week_name(start: datetime) -> str:
    year, number, _day = start.isocalendar()
    return _("week %(number)s of %(year)s", number=number, year=year)


def _labels(enum: type[LabelledEnum]) -> dict[str, str]:
    return {it.value: label(it) for it in enum}
