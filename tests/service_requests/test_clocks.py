"""The clocks, against cases worked out by hand and against a second way of working them out."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.agreements.targets import BY_SEVERITY, Severity, targets_with
from portal.service_requests.clocks import Clocks, StepKind, TargetKind, clocks
from portal.service_requests.rules import RUNNING, Status

TARGETS = {key: value for key, value in targets_with({}).items() if key in BY_SEVERITY}
K, S, V = StepKind, Status, Severity
FIRST, NEXT = TargetKind.FIRST_RESPONSE, TargetKind.NEXT_UPDATE
OSLO = ZoneInfo("Europe/Oslo")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MANY = 10_000 if os.environ.get("PORTAL_TEST_ALL") == "1" else 400


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    kind: StepKind
    status: Status
    severity: Severity = V.MEDIUM


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def found(
    *told: tuple[float, StepKind, Status, Severity], now: float, start: datetime = START
) -> Clocks:
    steps = [
        Step(start + minutes(at), kind, status, severity) for at, kind, status, severity in told
    ]
    return clocks(steps, TARGETS, start + minutes(now))


NEW = (0, K.OPENED, S.NEW, V.MEDIUM)  # two hours to the first answer, two days to an update


def test_both_run_from_the_opening() -> None:
    it = found(NEW, now=0)
    assert it.due(FIRST) == it.due_at == START + minutes(120)
    assert it.due(NEXT) == START + timedelta(hours=48)


def test_the_first_answer_meets_both_and_begins_the_next() -> None:
    it = found(NEW, (30, K.ANSWERED, S.IN_PROGRESS, V.MEDIUM), now=40)
    assert [(p.kind, p.met_at, p.missed_at) for p in it.promises] == [
        (FIRST, START + minutes(30), None),
        (NEXT, START + minutes(30), None),
        (NEXT, None, None),
    ]
    assert it.due(FIRST) is None
    assert it.due_at == START + minutes(30) + timedelta(hours=48)


@pytest.mark.parametrize(("at", "missed"), [(120, None), (120.01, START + minutes(120))])
def test_the_last_moment_is_in_time(at: float, missed: datetime | None) -> None:
    it = found(NEW, (at, K.ANSWERED, S.IN_PROGRESS, V.MEDIUM), now=200)
    assert (it.promises[0].met_at, it.promises[0].missed_at) == (START + minutes(at), missed)


def test_nothing_is_due_while_others_have_the_ball_and_it_goes_on_after() -> None:
    wait = (60, K.STATUS, S.WAITING_FOR_CUSTOMER, V.MEDIUM)
    it = found(NEW, wait, now=10_000)
    assert (it.due_at, it.running) == (None, False)
    left = it.open(FIRST)
    assert left is not None
    assert left.left == minutes(60)
    assert it.waited_for_customer == minutes(9_940)
    on = found(NEW, wait, (500, K.STATUS, S.IN_PROGRESS, V.MEDIUM), now=510)
    assert on.due(FIRST) == START + minutes(560)


def test_straight_from_a_pause_to_the_end_and_open_again() -> None:
    told = (
        NEW,
        (60, K.STATUS, S.WAITING_FOR_CUSTOMER, V.MEDIUM),
        (90, K.STATUS, S.CLOSED, V.MEDIUM),
    )
    assert found(*told, now=50_000).promises[0].missed_at is None
    on = found(*told, (10_000, K.STATUS, S.IN_PROGRESS, V.MEDIUM), now=10_010)
    assert on.due(FIRST) == START + minutes(10_060)


def test_another_severity_is_measured_from_the_same_beginning() -> None:
    it = found(NEW, (10, K.SEVERITY, S.NEW, V.CRITICAL), now=20)
    assert it.due(FIRST) == START + minutes(30)
    assert it.due(NEXT) == START + timedelta(hours=6)


def test_what_is_worse_than_thought_may_be_late_at_once() -> None:
    it = found(NEW, (60, K.SEVERITY, S.NEW, V.CRITICAL), now=60)
    assert (it.promises[0].due_at, it.promises[0].missed_at) == (
        START + minutes(30),
        START + minutes(60),
    )


def test_what_is_missed_stays_missed_whatever_it_is_called_later() -> None:
    it = found(NEW, (130, K.SEVERITY, S.NEW, V.LOW), now=140)
    first = it.promises[0]
    assert (first.severity, first.missed_at) == (V.MEDIUM, START + minutes(120))
    assert it.due(FIRST) == START + minutes(120)
    assert it.due(NEXT) == START + timedelta(hours=120)


def test_nobody_is_late_by_a_change_while_others_have_the_ball() -> None:
    wait = (60, K.STATUS, S.WAITING_FOR_CUSTOMER, V.MEDIUM)
    worse = (70, K.SEVERITY, S.WAITING_FOR_CUSTOMER, V.CRITICAL)
    assert found(NEW, wait, worse, now=80).promises[0].missed_at is None
    on = found(NEW, wait, worse, (90, K.STATUS, S.IN_PROGRESS, V.CRITICAL), now=91)
    assert on.promises[0].missed_at == START + minutes(90)
    answered = found(NEW, wait, worse, (90, K.ANSWERED, S.WAITING_FOR_CUSTOMER, V.CRITICAL), now=91)
    assert (answered.promises[0].met_at, answered.promises[0].missed_at) == (
        START + minutes(90),
        None,
    )


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=OSLO), "04:00"),  # the hour from 2 to 3 is not there
        (datetime(2026, 10, 24, 23, tzinfo=OSLO), "02:00"),  # and is there twice
    ],
)
def test_four_hours_are_four_hours_on_the_nights_of_the_change(day: datetime, shown: str) -> None:
    targets = TARGETS | {"first_response_medium": 240}
    it = clocks([Step(day, K.OPENED, S.NEW)], targets, day)
    due = it.due(FIRST)
    assert due is not None
    assert due - day.astimezone(UTC) == timedelta(hours=4)
    assert f"{due.astimezone(OSLO):%H:%M}" == shown


def test_the_clocks_of_two_machines_may_differ() -> None:
    answered = (30, K.ANSWERED, S.IN_PROGRESS, V.MEDIUM)
    it = found(NEW, answered, (29, K.STATUS, S.SOLVED, V.MEDIUM), now=29)
    assert sum(it.spent.values(), timedelta(0)) == minutes(30)


# A second way: minute by minute, knowing nothing of segments and sums.


def simulated(steps: list[Step], now: datetime) -> list[tuple[Any, ...]]:
    """Kind, severity, start, due, met, missed of each target, as one finds who lets every minute
    pass. Every step is on a whole minute."""
    done: list[tuple[Any, ...]] = []
    open_: list[dict[str, Any]] = []
    left, status = list(steps), steps[0].status
    minute, end = steps[0].at.astimezone(UTC), now.astimezone(UTC)
    while True:
        while left and left[0].at.astimezone(UTC) == minute:
            step = left.pop(0)
            status = step.status
            open_ = _took(step, open_, done, minute)
        if minute == end:
            break
        for each in open_:
            _passes(each, minute, status)
        minute += timedelta(minutes=1)
    rows = done + [_row(each, end, status) for each in open_]
    return sorted(rows, key=lambda row: (row[2], str(row[0])))


def _took(
    step: Step, open_: list[dict[str, Any]], done: list[tuple[Any, ...]], minute: datetime
) -> list[dict[str, Any]]:
    """What is open after a step."""
    if step.kind is K.OPENED:
        open_ = [_begun(FIRST, step.severity, minute), _begun(NEXT, step.severity, minute)]
    if step.kind is K.ANSWERED:
        for each in open_:
            each["met"] = minute
            done.append(_row(each, minute, step.status))
        open_ = [_begun(NEXT, step.severity, minute)]
    for each in open_:
        if each["missed"] is None:
            each["severity"] = step.severity
        _late(each, minute, step.status)
    return open_


def _passes(each: dict[str, Any], minute: datetime, status: Status) -> None:
    """One minute. One that begins with nothing left is one too late."""
    if status not in RUNNING:
        return
    if each["missed"] is None and _left(each) <= 0:
        each["due"] = _reached(each, minute)
        each["missed"] = max(each["due"], minute)
    each["ran"].append(minute)


def _begun(kind: TargetKind, severity: Severity, at: datetime) -> dict[str, Any]:
    return {
        "kind": kind, "severity": severity, "start": at,
        "ran": [], "due": None, "met": None, "missed": None,
    }  # fmt: skip


def _allowed(it: dict[str, Any]) -> int:
    name = f"{it['kind']}_{it['severity']}"
    return TARGETS[name] * (1 if it["kind"] is FIRST else 60)


def _left(it: dict[str, Any]) -> int:
    return _allowed(it) - len(it["ran"])


def _reached(it: dict[str, Any], minute: datetime) -> datetime:
    """The beginning of the minute that was one too many, were it this one."""
    ran: list[datetime] = [*it["ran"], minute]
    return ran[_allowed(it)]


def _late(it: dict[str, Any], minute: datetime, status: Status) -> None:
    """Once we have the ball again, what took too long by what holds now is late at once."""
    if it["missed"] is None and status in RUNNING and _left(it) < 0:
        it["due"], it["missed"] = _reached(it, minute), minute


def _row(it: dict[str, Any], at: datetime, status: Status) -> tuple[Any, ...]:
    due = it["due"]
    if it["missed"] is None and status in RUNNING:
        left = _left(it)
        due = at + timedelta(minutes=left) if left >= 0 else _reached(it, at)
    return (it["kind"], it["severity"], it["start"], due, it["met"], it["missed"])


def a_history(random: Random) -> tuple[list[Step], datetime]:
    """Anything that may happen to a request in a few days, often around a change of the clocks."""
    start = random.choice(
        [
            datetime(2026, 3, 28, random.randrange(24), random.randrange(60), tzinfo=OSLO),
            datetime(2026, 10, 24, random.randrange(24), random.randrange(60), tzinfo=OSLO),
            datetime(2026, 6, 1, random.randrange(24), random.randrange(60), tzinfo=UTC),
        ]
    )
    # Counted in true time, and shown in the zone it began in.
    at, zone = start.astimezone(UTC), start.tzinfo
    status, severity = S.NEW, random.choice(list(V))
    steps = [Step(start, K.OPENED, status, severity)]
    for _ in range(random.randrange(9)):
        far = random.choice([0, 1, 5, 30, 60, 120, 360, 480, 720, random.randrange(2_000)])
        at += timedelta(minutes=far)
        kind = random.choice([K.STATUS, K.STATUS, K.SEVERITY, K.ANSWERED])
        if kind is K.STATUS:
            status = random.choice(list(S))
        elif kind is K.SEVERITY:
            severity = random.choice(list(V))
        steps.append(Step(at.astimezone(zone), kind, status, severity))
    end = at + timedelta(minutes=random.choice([0, 1, 240, random.randrange(3_000)]))
    return steps, end.astimezone(zone)


@pytest.mark.parametrize("seed", range(10))
def test_two_ways_of_working_it_out_come_to_the_same(seed: int) -> None:
    random = Random(seed)
    for _ in range(MANY // 10):
        steps, now = a_history(random)
        it = clocks(steps, TARGETS, now)
        rows = [
            (p.kind, p.severity, p.started_at, p.due_at, p.met_at, p.missed_at) for p in it.promises
        ]
        assert rows == simulated(steps, now), steps
        assert it.running == (steps[-1].status in RUNNING)
        assert sum(it.spent.values(), timedelta(0)) == now - steps[0].at.astimezone(UTC)
