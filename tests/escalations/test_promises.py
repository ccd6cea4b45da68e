"""What a manager promised is what the customer is told; and it waits while we wait for them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.escalations.actions import give, promise_update
from portal.escalations.threshold_queries import promises_due
from portal.service_requests.actions import reply
from portal.service_requests.handling import assign, change_status
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.escalations.test_actions import HOUR, act, escalated, last
from tests.factories import make_user
from tests.request_pages.conftest import address
from tests.request_pages.test_showing import said, words
from tests.service_requests.world import START, World

Page = Callable[[User, str], str]


@pytest.fixture
def page(sign_in: SignInAs, world: World) -> Page:
    """What somebody reads on a page by now."""

    def read(user: User, path: str) -> str:
        with time_machine.travel(world.now, tick=False):
            return said(words(sign_in(user).get(path).text))

    return read


def taken_late(world: World) -> int:
    """A first answer that was due after an hour; after two a manager promises news in three."""
    number = escalated(world, severity=Severity.HIGH)
    world.later(hours=2)
    act(world, number, give, world.erik.id)
    act(world, number, promise_update, world.now + 3 * HOUR)
    return number


@pytest.mark.parametrize(
    ("language", "sentence", "card", "late"),
    [
        (
            "en",
            "Erik Leder gives you news by 20 November 2026 at 15:00.",
            "Next update by 20 November 2026 at 15:00",
            "is late",
        ),
        (
            "nb",
            "Erik Leder gir deg nytt innen 20. november 2026 kl. 15.00.",
            "Neste oppdatering innen 20. november 2026 kl. 15.00",
            "forsinket",
        ),
    ],
)
def test_the_promise_is_told_though_the_first_answer_is_late(  # noqa: PLR0917
    language: str,
    sentence: str,
    card: str,
    late: str,
    world: World,
    session: ScopedSession,
    page: Page,
) -> None:
    kari = make_user(session, account=world.account, language=language)
    session.commit()
    number = taken_late(world)

    told = page(kari, address(number))
    standing = told.partition("What was said")[0].partition("Det som er sagt")[0]

    assert sentence in standing
    assert card in standing
    assert late not in standing
    assert world.get(number).due_at == world.now + 3 * HOUR  # as lists have it
    listed = page(kari, "/service-requests")
    assert "Overdue" not in listed
    assert "Over fristen" not in listed


def test_a_promise_that_is_late_is_told_as_late(world: World, page: Page) -> None:
    number = taken_late(world)
    world.later(hours=4)
    told = page(world.ola, address(number))
    assert "Erik Leder is late with an answer. It was due 20 November 2026 at 15:00." in told


def test_a_promise_for_later_than_the_clock_is_told_when_that_has_run_out(
    world: World, page: Page
) -> None:
    number = taken_late(world)  # news by itself: in twelve hours
    world.do(number, assign, world.anna.id, by=world.erik)
    act(world, number, promise_update, START + 20 * HOUR)
    before = page(world.ola, address(number))
    world.now = START + 13 * HOUR
    after = page(world.ola, address(number))
    assert "Anna Agent gives you news by 20 November 2026 at 22:00." in before
    assert "Anna Agent gives you news by 21 November 2026 at 06:00." in after
    assert "The next update is late" not in after


def test_until_a_manager_has_taken_it_a_late_answer_is_late(world: World, page: Page) -> None:
    number = escalated(world, severity=Severity.HIGH)
    world.later(hours=2)
    told = page(world.ola, address(number))
    assert "Our answer is late. It was due 20 November 2026 at 11:00." in told


WAITS = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggen"}


def due(world: World) -> list[int]:
    return [row.request_id for row in world.look(staff=True).execute(promises_due()).all()]


@pytest.mark.parametrize("status", [Status.WAITING_FOR_CUSTOMER, Status.SOLUTION_PROPOSED])
def test_a_promise_stands_still_while_the_customer_has_the_ball(
    world: World, page: Page, session: ScopedSession, status: Status
) -> None:
    norsk = make_user(session, role=Role.ESCALATION_MANAGER, language="nb")
    session.commit()
    number = taken_late(world)
    world.later(hours=1)
    waits = {"waiting_for": "send loggen"} if status is Status.WAITING_FOR_CUSTOMER else {}
    world.do(number, reply, "Send loggen.", by=world.anna, status=status, **waits)

    world.later(hours=5)

    assert due(world) == []
    for user, stands, waiting, late in (
        (world.erik, "Stands still", "We wait for the customer", "Overdue"),
        (norsk, "Står stille", "Vi venter på kunden", "Over fristen"),
    ):
        for path in ("/desk/escalations", f"/desk/escalations/{world.get(number).reference}"):
            told = page(user, path)
            assert f"{stands} {waiting}" in told
            assert late not in told
    assert "should have heard from us" not in page(world.erik, "/desk/escalations")


def test_what_fell_due_meanwhile_is_due_by_as_much_as_was_left(world: World, page: Page) -> None:
    number = taken_late(world)
    world.later(hours=1)  # two are left
    world.do(number, reply, "Send loggen.", by=world.anna, **WAITS)
    world.later(hours=5)
    world.do(number, reply, "Her.", by=world.ola)

    assert due(world) == [number]
    assert last(world, number).next_update_due_at == world.now + 2 * HOUR
    assert world.get(number).due_at == world.now + 2 * HOUR
    assert "is late" not in page(world.ola, address(number)).partition("Our targets")[0]


def test_what_is_still_to_come_or_was_late_already_stays_as_it_is(world: World) -> None:
    number = taken_late(world)
    promised = last(world, number).next_update_due_at
    world.do(number, change_status, Status.WAITING_FOR_CUSTOMER, by=world.anna, waiting_for="logg")
    world.later(hours=1)
    world.do(number, reply, "Her.", by=world.ola)
    ahead = last(world, number).next_update_due_at
    world.now = promised + timedelta(minutes=1)
    world.do(number, change_status, Status.WAITING_FOR_CUSTOMER, by=world.anna, waiting_for="logg")
    world.later(hours=1)
    world.do(number, reply, "Her igjen.", by=world.ola)
    assert (ahead, last(world, number).next_update_due_at) == (promised, promised)


@pytest.mark.parametrize("status", [Status.REPLACEMENT, Status.WAITING_FOR_CLOUD_PARTNER])
def test_while_others_than_the_customer_have_the_ball_it_runs_as_they_are_told(
    world: World, page: Page, status: Status
) -> None:
    number = taken_late(world)
    world.do(number, change_status, status, by=world.anna, waiting_for="sporing")
    assert due(world) == [number]
    assert "20 November 2026 at 15:00" in page(world.ola, address(number))
