"""Of a deadline that is near or missed the right people hear, and that once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.app import open_worker
from portal.base.access import Role
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.escalations import jobs
from portal.escalations.actions import promise_update
from portal.escalations.models import ThresholdNotice
from portal.escalations.rules import reached
from portal.escalations.threshold_queries import running_targets, to_be_told
from portal.notices.models import NoticeChoice
from portal.notices.notice import How, Notice
from portal.service_requests.actions import reply
from portal.service_requests.clocks import TargetKind, allowed
from portal.service_requests.escalating import escalate
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.handling import assign, change_severity, change_status
from portal.service_requests.rules import Status
from tests.conftest import SETTINGS
from tests.factories import TARGETS, make_user
from tests.service_requests.world import START, By, World

RunJobs = Callable[..., int]
Told = Callable[[], list[tuple[str, str]]]
LATE, NEAR = "First response is late", "First response is due soon"


@pytest.fixture
def told(world: World, session: ScopedSession, run_jobs: RunJobs) -> Told:
    """Looks at the clocks now, and says who was written what of deadlines since the last time."""
    last = [0]

    def run() -> list[tuple[str, str]]:
        for each in world.opened:
            each.close()
        session.rollback()
        with time_machine.travel(world.now, tick=False):
            later(session, "escalations.thresholds", key="now")
            session.commit()
            while run_jobs(world.now):
                pass
        ask = select(User.name, Mail.subject, Mail.id).join(User, User.email == Mail.address)
        rows = session.execute(ask.where(Mail.id > last[0]).order_by(Mail.id)).all()
        last[0] = max([last[0], *(row.id for row in rows)])
        session.rollback()
        about = ("response is", "update is", "was promised is", "update that", "Critical")
        return [
            (row.name, row.subject.partition("] ")[2])
            for row in rows
            if any(words in row.subject for words in about)
        ]

    run_jobs(START)
    return run


def mine(world: World, **told: Any) -> int:
    """A request that Anna has: due in two hours, since it is Medium."""
    number = world.request(**told)
    world.do(number, assign, world.anna.id, by=world.erik)
    return number


def test_the_owner_hears_at_three_quarters_and_at_the_end_once_each(
    world: World, told: Told
) -> None:
    mine(world)
    world.later(minutes=89)
    assert told() == []
    world.later(minutes=1)
    assert told() == [("Anna Agent", NEAR)]
    assert told() == []
    world.later(minutes=29)
    assert told() == []
    world.later(minutes=1)
    assert told() == [("Anna Agent", LATE)]
    world.later(hours=5)
    assert told() == []


def test_who_was_away_hears_of_the_end_alone(world: World, told: Told) -> None:
    mine(world)
    world.later(hours=3)
    assert told() == [("Anna Agent", LATE)]
    assert told() == []


def test_of_what_nobody_has_every_agent_hears(
    world: World, told: Told, session: ScopedSession
) -> None:
    make_user(session, role=Role.AGENT, name="Arne Agent")
    make_user(session, role=Role.LOGISTICS, name="Lars Lager")
    session.commit()
    world.request()
    world.later(minutes=95)
    assert sorted(told()) == [("Anna Agent", NEAR), ("Arne Agent", NEAR)]


def test_of_what_is_critical_or_escalated_managers_hear_as_well(world: World, told: Told) -> None:
    mine(world, severity=Severity.CRITICAL)
    world.later(minutes=25)
    assert told() == [("Anna Agent", NEAR), ("Erik Leder", NEAR)]
    number = mine(world)
    world.do(number, escalate, "Haster", by=world.ola)
    told()
    world.later(minutes=100)
    assert [it for it in told() if NEAR in it[1]] == [("Anna Agent", NEAR), ("Erik Leder", NEAR)]


def test_a_former_colleague_has_nothing(world: World, told: Told, session: ScopedSession) -> None:
    mine(world)
    make_user(session, role=Role.AGENT, name="Arne Agent")
    session.get_one(User, world.anna.id).deactivated_at = START
    session.commit()
    world.later(minutes=95)
    assert told() == [("Arne Agent", NEAR)]


def test_clocks_that_stand_still_are_left_alone(world: World, told: Told) -> None:
    number = mine(world)
    world.later(minutes=10)
    world.do(number, change_status, Status.WAITING_FOR_CUSTOMER, by=world.anna, waiting_for="logg")
    world.later(hours=10)
    assert told() == []
    world.do(number, change_status, Status.IN_PROGRESS, by=world.anna)
    world.later(minutes=79)
    assert told() == []
    world.later(minutes=1)
    assert told() == [("Anna Agent", NEAR)]
    # And a pause after that is no reason to say it again.
    world.do(number, change_status, Status.WAITING_FOR_CUSTOMER, by=world.anna, waiting_for="logg")
    world.do(number, change_status, Status.IN_PROGRESS, by=world.anna)
    assert told() == []


def test_what_is_missed_is_not_told_while_the_clock_stands_still(world: World, told: Told) -> None:
    number = mine(world)
    world.later(hours=3)
    world.do(number, change_status, Status.WAITING_FOR_CUSTOMER, by=world.anna, waiting_for="logg")
    world.later(hours=3)
    assert told() == []


def test_another_severity_starts_anew(world: World, told: Told) -> None:
    number = mine(world)
    world.later(minutes=95)
    assert told() == [("Anna Agent", NEAR)]
    world.do(number, change_severity, Severity.LOW, by=world.anna)
    assert told() == []
    world.do(number, change_severity, Severity.MEDIUM, by=world.anna)
    assert told() == [("Anna Agent", NEAR)]
    world.later(minutes=30)
    assert told() == [("Anna Agent", LATE)]
    # What is missed is not measured anew, and not told anew.
    world.do(number, change_severity, Severity.LOW, by=world.anna)
    world.do(number, change_severity, Severity.MEDIUM, by=world.anna)
    assert told() == []


def test_another_target_starts_anew(world: World, told: Told) -> None:
    number = mine(world)
    world.later(minutes=95)
    told()
    world.do(number, reply, "Vi ser på det.", by=world.anna)
    assert told() == []
    world.later(hours=36)
    assert told() == [("Anna Agent", "Next update is due soon")]
    world.later(hours=12)
    assert told() == [("Anna Agent", "Next update is late")]


def test_people_choose_when_they_hear(world: World, told: Told, session: ScopedSession) -> None:
    session.add(NoticeChoice(user_id=world.anna.id, notice=Notice.REQUEST_DUE, how=How.NEVER))
    session.commit()
    mine(world)
    world.later(minutes=95)
    assert told() == []
    assert session.scalars(select(func.count(ThresholdNotice.id))).one() == 1


def test_a_closed_customers_requests_are_left_alone(
    world: World, told: Told, session: ScopedSession
) -> None:
    mine(world)
    told()
    session.merge(world.account).closed_at = world.now
    session.commit()
    world.later(hours=3)
    assert told() == []


def promised(world: World, number: int) -> None:
    with world.at_work(staff=True) as session:
        it = session.scalars(select(Escalation).where(Escalation.request_id == number)).one()
        due, by = world.now + timedelta(hours=1), By(world.erik.id)
        promise_update(session, it, due, version=it.version, by=by, now=world.now)


def test_whoever_promised_hears_when_it_is_due_and_of_each_promise_once(
    world: World, told: Told, session: ScopedSession
) -> None:
    make_user(session, role=Role.ESCALATION_MANAGER, name="Eva Leder")
    session.commit()
    number = mine(world, severity=Severity.LOW)
    world.do(number, escalate, "Haster", by=world.ola)
    due = ("The update that was promised is due",)
    promised(world, number)
    told()
    world.later(minutes=60)
    assert sorted(told()) == [("Erik Leder", *due), ("Eva Leder", *due)]  # nobody took it
    assert told() == []
    with world.at_work(staff=True) as work:
        work.scalars(select(Escalation)).one().owner_id = world.erik.id
    promised(world, number)
    world.later(minutes=61)
    assert told() == [("Erik Leder", *due)]
    assert told() == []


def test_a_worker_that_dies_has_told_nothing_and_is_followed_by_one_that_tells(
    world: World, told: Told, session: ScopedSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine(world)
    told()
    world.later(minutes=95)

    def die(*_told: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(jobs, "target_mails", die)
        assert told() == []
    assert session.scalars(select(func.count(ThresholdNotice.id))).one() == 0
    session.rollback()
    world.later(minutes=10)
    assert told() == [("Anna Agent", NEAR)]


def test_of_two_workers_one_tells(
    app: Flask, world: World, told: Told, session: ScopedSession
) -> None:
    mine(world)
    told()
    world.later(minutes=95)
    with time_machine.travel(world.now, tick=False):
        for key in ("one", "two"):
            later(session, "escalations.thresholds", key=key)
        session.commit()
        with ThreadPoolExecutor(2) as both:
            workers = [open_worker(app, SETTINGS) for _ in range(2)]
            list(both.map(lambda it: it.run_due(world.now), workers))
    session.rollback()
    rows = session.execute(select(ThresholdNotice.target, ThresholdNotice.percent)).all()
    assert [tuple(row) for row in rows] == [("target 0.0", 75)]
    assert told() == [("Anna Agent", NEAR)]


def test_how_near_a_deadline_is_goes_by_what_is_left() -> None:
    whole = allowed(TARGETS, TargetKind.NEXT_UPDATE, Severity.CRITICAL)
    assert whole == timedelta(hours=6)
    second = timedelta(seconds=1)
    for left, expected in (
        (whole, 0),
        (timedelta(hours=1.5) + second, 0),
        (timedelta(hours=1.5), 75),
        (second, 75),
        (timedelta(0), 100),
        (-second, 100),
    ):
        assert reached(START + left, whole, START) == expected


def test_of_a_new_critical_one_those_who_work_hear_at_once(world: World, told: Told) -> None:
    """Not only when three quarters of its half hour are used."""
    number = world.request(severity=Severity.CRITICAL)
    who = [("Anna Agent", "Critical: Ingen lyd i møterommet")]
    heard = told()
    assert sorted(heard) == sorted([*who, ("Erik Leder", who[0][1])])
    other = world.request()
    assert told() == []
    world.do(other, change_severity, Severity.CRITICAL, by=world.anna)
    assert told() == [("Erik Leder", who[0][1])]
    taken = world.request()
    world.do(taken, assign, world.anna.id, by=world.anna)
    world.do(taken, change_severity, Severity.CRITICAL, by=world.ola)
    assert [it for it in told() if "Critical" in it[1]] == []
    assert world.get(number).owner_id is None


def test_of_what_is_far_from_its_end_no_row_is_read(world: World) -> None:
    number = mine(world)  # due in two hours

    def read() -> int:
        session = world.look(staff=True)
        return len(session.execute(running_targets(to_be_told(world.now))).all())

    world.later(minutes=89)
    assert read() == 0
    world.later(minutes=1)
    assert read() == 1
    waits = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggen"}
    world.do(number, reply, "Send loggen.", by=world.anna, **waits)
    world.later(hours=500)
    assert read() == 0
    world.do(number, reply, "Her.", by=world.ola)
    world.later(hours=35)
    assert read() == 0
    world.later(hours=1)
    assert read() == 1
