"""The figures are what somebody comes to who counts by hand, over whatever happened."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import Category
from portal.request_pages.models import Satisfaction
from portal.service_requests.clocks import TargetKind
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN, Status
from portal.service_requests.step_models import ServiceRequestTarget
from portal.support_figures.figures import Figures, Line, figures
from portal.support_figures.filters import Filters
from portal.support_figures.rules import Age, Period, week_starts
from portal.web.locale import speaking
from tests.factories import make_account, make_model, make_request, make_user

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # a Wednesday; summer time ended in week 43
FIRST, LAST = (2026, 37), (2026, 48)


@dataclass
class Stock:
    requests: list[ServiceRequest]
    targets: list[ServiceRequestTarget]
    ratings: list[Satisfaction]
    customer: dict[int, str]
    category: dict[int | None, Category | None]
    agent: dict[int | None, str]


def stock(session: ScopedSession, seed: int) -> Stock:
    random = Random(seed)
    accounts = [make_account(session, name) for name in ("Alfa AS", "Beta AS", "Gamma AS")]
    models = [make_model(session, category=it) for it in (Category.VIDEO, Category.HEADSET)]
    agents = [make_user(session, role=Role.AGENT, name=f"Agent {it}") for it in "AB"]
    boss = make_user(session, account=accounts[0]).id
    made = Stock(
        [],
        [],
        [],
        {it.id: it.name for it in accounts},
        {None: None, **{it.id: it.category for it in models}},
        {None: "Nobody", **{it.id: it.name for it in agents}},
    )

    def moment() -> datetime:
        """Often on the very edge of a week, in Norway."""
        if random.random() < 0.3:
            monday = date(2026, 9, 7) + timedelta(weeks=random.randrange(12))
            edge = datetime(monday.year, monday.month, monday.day, tzinfo=OSLO).astimezone(UTC)
            return edge - random.choice([timedelta(0), timedelta(microseconds=1)])
        return NOW - timedelta(minutes=random.randrange(1, 60 * 24 * 100))

    for _ in range(80):
        status = random.choice(list(Status))
        request = make_request(
            session,
            random.choice(accounts),
            status=status,
            severity=random.choice(list(Severity)),
            now=moment(),
        )
        request.owner_id = random.choice([None, *(it.id for it in agents)])
        request.model_id = random.choice([None, *(it.id for it in models)])
        if status in {Status.CLOSED, Status.CANCELED}:
            request.closed_at = moment()
        made.requests.append(request)
        if random.random() < 0.5:
            rating = Satisfaction(account_id=request.account_id, request_id=request.id, by_id=boss)
            rating.score, rating.at = random.randrange(1, 6), moment()
            session.add(rating)
            made.ratings.append(rating)
        for number in range(random.randrange(4)):
            target = ServiceRequestTarget(
                account_id=request.account_id,
                request_id=request.id,
                number=number,
                kind=random.choice(list(TargetKind)),
                severity=request.severity,
                started_at=request.opened_at,
                due_at=random.choice([None, moment(), NOW + timedelta(hours=1)]),
                met_at=random.choice([None, moment()]),
                missed_at=random.choice([None, None, moment()]),
            )
            session.add(target)
            made.targets.append(target)
    session.commit()
    return made


def week_of(moment: datetime | None) -> tuple[int, int] | None:
    """The ISO week of the day in Norway; nothing where it is none of those looked at."""
    if moment is None:
        return None
    year, week, _day = moment.astimezone(OSLO).isocalendar()
    return (year, week) if FIRST <= (year, week) <= LAST else None


def decided(target: ServiceRequestTarget) -> tuple[datetime | None, bool]:
    if target.missed_at:
        return target.missed_at, True
    if target.met_at:
        return target.met_at, False
    if target.due_at and target.due_at < NOW:
        return target.due_at, True
    return None, False


def by_hand(made: Stock, keeps: Callable[[ServiceRequest], bool]) -> Counter[Any]:
    """Counts by (what it is about, what is counted), row by row."""
    found: Counter[Any] = Counter()
    requests = {it.id: it for it in made.requests if keeps(it)}

    def about(it: ServiceRequest) -> list[tuple[str, Any]]:
        return [
            ("all", ""),
            ("account", made.customer[it.account_id]),
            ("category", made.category[it.model_id]),
            ("agent", made.agent[it.owner_id]),
            ("severity", it.severity),
        ]

    for it in requests.values():
        opened, closed = week_of(it.opened_at), week_of(it.closed_at)
        for key in about(it):
            found[*key, "opened"] += opened is not None
            found[*key, "closed"] += closed is not None
            found[*key, "open"] += it.status in OPEN
        found["week", opened, "opened"] += 1
        found["week", closed, "closed"] += 1
        if it.status in OPEN:
            days = (NOW - it.opened_at) / timedelta(days=1)
            found["age", sum(days >= most for most in (1, 3, 7, 14, 30))] += 1
    for rating, week in ((it, week_of(it.at)) for it in made.ratings):
        if week and rating.request_id in requests:
            keys = [*about(requests[rating.request_id]), ("week", week)]
            found.update((*key, "rated") for key in keys)
            found.update((*key, "satisfied") for key in keys if rating.score >= 4)
    for target in made.targets:
        moment, late = decided(target)
        week = week_of(moment)
        if target.request_id in requests and week and moment <= NOW:  # type: ignore[operator]
            what = f"{target.kind.value}_{'missed' if late else 'met'}"
            for key in (*about(requests[target.request_id]), ("week", week)):
                found[*key, what] += 1
    return found


COUNTS = [name for name in Line.__slots__ if name not in {"name", "oldest"}]


def agrees(told: Figures, expected: Counter[Any]) -> None:
    def same(by: str, key: Any, line: Line, counts: list[str] = COUNTS) -> None:
        got = {name: getattr(line, name) for name in counts}
        assert (by, key, got) == (by, key, {name: expected[by, key, name] for name in counts})

    same("all", "", told.whole)
    kinds: list[tuple[str, list[Line], Callable[[str], Any]]] = [
        ("account", told.accounts, str),
        ("agent", told.agents, str),
        ("severity", told.severities, lambda it: Severity(it.lower())),
        ("category", told.categories, _category),
    ]
    for by, lines, key in kinds:
        for line in lines:
            same(by, key(line.name), line)
        whole = sum(getattr(line, name) for line in lines for name in COUNTS)
        assert whole == sum(n for told_of, n in expected.items() if told_of[0] == by)
    for at, line in enumerate(told.weeks):
        week = (2026, 37 + at)
        assert line.name == f"week {week[1]} of 2026"
        same("week", week, line, [it for it in COUNTS if it != "open"])
    assert [told.ages[age] for age in Age] == [expected["age", at] for at in range(len(Age))]


def _category(name: str) -> Any:
    found = {"Video": Category.VIDEO, "No model": None}
    return found.get(name, Category.HEADSET)


@pytest.mark.parametrize("seed", range(3))
def test_figures_agree_with_counting_by_hand(app: Flask, session: ScopedSession, seed: int) -> None:
    made = stock(session, seed)
    agent = next(it for it in made.agent if it)
    beta = next(it for it, name in made.customer.items() if name.startswith("Beta"))
    narrowed: list[tuple[Filters, Callable[[ServiceRequest], bool]]] = [
        (Filters(), lambda it: True),
        (Filters(customer="beta a"), lambda it: it.account_id == beta),
        (Filters(severity=Severity.HIGH), lambda it: it.severity is Severity.HIGH),
        (Filters(agent=str(agent)), lambda it: it.owner_id == agent),
        (Filters(agent="nobody"), lambda it: it.owner_id is None),
        (
            Filters(category=Category.VIDEO),
            lambda it: made.category[it.model_id] is Category.VIDEO,
        ),
    ]
    with app.test_request_context(), speaking("en"):
        for filters, keeps in narrowed:
            agrees(figures(session, filters, NOW), by_hand(made, keeps))


def test_weeks_begin_on_mondays_in_norway_also_when_clocks_are_set() -> None:
    starts = week_starts(date(2027, 1, 2), Period.HALF_YEAR.weeks)
    assert len(starts) == 26
    assert [it.isocalendar()[:2] for it in starts[-2:]] == [(2026, 52), (2026, 53)]
    lengths = {
        (after.astimezone(UTC) - before.astimezone(UTC)) / timedelta(hours=1)
        for before, after in pairwise(starts)
    }
    assert lengths == {168, 169}
