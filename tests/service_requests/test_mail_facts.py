"""What mails about a request say: who has the ball, why it ended, and how the help was."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import accept_solution, close_request, reopen_request, reply
from portal.service_requests.following import follow
from portal.service_requests.handling import assign, change_status
from portal.service_requests.joining import merge
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Contact
from portal.service_requests.rules import CLOSED_AFTER, SOLVED_AFTER, Status
from tests.service_requests.world import START, By, World

Sent = Callable[..., dict[str, list[Mail]]]
WAITS = {
    Status.WAITING_FOR_CUSTOMER: (
        "We are waiting for you: sak 26111",
        "We are waiting for the customer: sak 26111",
    ),
    **dict.fromkeys(
        (Status.WAITING_FOR_CLOUD_PARTNER, Status.WAITING_FOR_DEVELOPMENT, Status.REPLACEMENT),
        ("We are waiting for: sak 26111",) * 2,
    ),
}


@pytest.fixture
def sent(world: World, session: ScopedSession, run_jobs: Callable[..., int]) -> Sent:
    """What was sent to whom since the last time."""
    last = [0]

    def run(*jobs: str) -> dict[str, list[Mail]]:
        session.rollback()
        with time_machine.travel(world.now, tick=False):
            for each in jobs:
                later(session, each, key="now")
            session.commit()
            while run_jobs(world.now):
                pass
        session.rollback()
        mails = session.scalars(select(Mail).where(Mail.id > last[0]).order_by(Mail.id)).all()
        last[0] = max([last[0], *(mail.id for mail in mails)])
        names = dict(iter(session.execute(select(User.email, User.name)).all()))
        found: dict[str, list[Mail]] = {}
        for mail in mails:
            found.setdefault(names[mail.address], []).append(mail)
        session.rollback()
        return found

    run_jobs(START)
    return run


@pytest.fixture
def asked(world: World, sent: Sent) -> int:
    """A request of Ola's that Anna has and Mette follows."""
    number = world.request()
    world.later(seconds=1)
    world.do(number, follow, world.mette.id, by=world.ola)
    world.do(number, assign, world.anna.id, by=world.erik)
    sent()
    return number


@pytest.mark.parametrize("status", WAITS)
@pytest.mark.parametrize("said", [True, False])
def test_only_the_customer_is_waited_for_who_is_waited_for(
    world: World, sent: Sent, asked: int, status: Status, said: bool
) -> None:
    waiting: dict[str, Any] = {"waiting_for": "sak 26111", "by": world.erik}
    if said:
        world.do(asked, reply, "Hei", status=status, **waiting)
    else:
        world.do(asked, change_status, status, **waiting)
    theirs, ours = WAITS[status]
    mails = sent()
    for who, line in (("Ola Hansen", theirs), ("Mette Lie", theirs), ("Anna Agent", ours)):
        (mail,) = mails[who]
        assert line in mail.text.splitlines()
        assert ("for you" in mail.text) is (line.startswith("We are waiting for you"))


def rated(mails: dict[str, list[Mail]]) -> dict[str, int]:
    """Who was sent how many mails that ask how the help was."""
    asks = {who: sum("score=5" in it.text for it in each) for who, each in mails.items()}
    return {who: number for who, number in asks.items() if number}


def by_staff(world: World, asked: int) -> None:
    world.do(asked, change_status, Status.CLOSED, by=world.anna)


def with_an_answer(world: World, asked: int) -> None:
    world.do(asked, reply, "Takk for nå.", status=Status.CLOSED, by=world.anna)


def with_a_note(world: World, asked: int) -> None:
    world.do(asked, reply, "Ingen svarer.", internal=True, status=Status.CLOSED, by=world.anna)


def by_a_colleague(world: World, asked: int) -> None:
    world.do(asked, close_request, solved=True, text="Alt virker.", by=world.siri)


@pytest.mark.parametrize("close", [by_staff, with_an_answer, with_a_note, by_a_colleague])
def test_every_closing_asks_the_customers_people_once_how_the_help_was(
    world: World, sent: Sent, asked: int, close: Callable[[World, int], None]
) -> None:
    everyone = {"Ola Hansen": 1, "Mette Lie": 1}
    for _ in range(2):  # open again, it is asked anew
        close(world, asked)
        mails = sent()
        assert rated(mails) == everyone
        assert all(len(mails[who]) == 1 for who in everyone)
        assert not [it for each in mails.values() for it in each if "Ingen svarer" in it.text]
        world.later(minutes=1)
        world.do(asked, reopen_request, "Likevel ikke.", by=world.ola)
        assert rated(sent()) == {}
        world.later(minutes=1)


def test_what_was_said_with_the_closing_stands_in_the_same_mail(
    world: World, sent: Sent, asked: int
) -> None:
    with_an_answer(world, asked)
    (mail,) = sent()["Ola Hansen"]
    assert "Takk for nå." in mail.text
    assert "Anna Agent has closed" in mail.text


def test_what_passes_by_itself_says_why_and_asks_when_it_is_closed(
    world: World, sent: Sent, asked: int
) -> None:
    world.do(asked, change_status, Status.SOLUTION_PROPOSED, by=world.anna)
    sent()
    world.later(days=SOLVED_AFTER.days, minutes=1)
    solved = sent("service_requests.settle")
    assert "heard nothing against the proposed solution in 7 days" in solved["Ola Hansen"][0].text
    assert "Nobody objected" in solved["Anna Agent"][0].text
    assert rated(solved) == {}
    world.later(days=CLOSED_AFTER.days, minutes=1)
    closed = sent("service_requests.settle")
    assert "solved 14 days ago" in closed["Ola Hansen"][0].text
    assert rated(closed) == {"Ola Hansen": 1, "Mette Lie": 1}


def test_a_merger_is_no_closing_and_neither_is_a_solution(
    world: World, sent: Sent, asked: int
) -> None:
    other = world.request(subject="Det samme")
    sent()
    world.do(asked, change_status, Status.SOLUTION_PROPOSED, by=world.anna)
    world.do(asked, accept_solution, by=world.ola)
    world.do(asked, reopen_request, "Likevel ikke.", by=world.ola)
    with world.at_work(staff=True) as session:
        both = [session.get_one(ServiceRequest, it) for it in (other, asked)]
        merge(session, *both, by=By(world.anna.id), now=world.now)
    assert rated(sent()) == {}


def test_the_receipt_of_what_is_critical_says_when_we_call_and_where_we_answer(
    world: World, sent: Sent
) -> None:
    contact = Contact(phone="+4722334455")
    world.request(severity=Severity.CRITICAL, contact=contact)
    mails = sent()
    told = mails["Ola Hansen"][0].text.replace("\u00a0", " ")
    assert (
        "We call +47 22 33 44 55 by 20 November 2026 at 10:30."
        " Or call us right away, day or night: +47 22 00 00 00" in told
    )
    (alarm,) = [it for it in mails["Anna Agent"] if "Critical:" in it.subject]
    staff = alarm.text.replace("\u00a0", " ")
    assert "Call +47 22 33 44 55 by 20 November 2026 at 10:30." in staff.splitlines()
    world.request(severity=Severity.HIGH, contact=contact)
    assert "22 00 00 00" not in sent()["Ola Hansen"][0].text.replace("\u00a0", " ")


def lines(mail: Mail) -> list[str]:
    return mail.text.splitlines()


PROPOSED = (
    "We have proposed a solution. Tell us whether it works."
    " If we hear nothing, it counts as solved after 7 days, on 27 November 2026."
)
SOLVED = (
    "It is closed by itself after 14 days, on 4 December 2026."
    " Is something still wrong? Answer us before that, and it is open again."
)


@pytest.mark.parametrize("said", [True, False])
def test_who_is_proposed_a_solution_is_told_to_try_it_and_what_becomes_of_it(
    world: World, sent: Sent, asked: int, said: bool
) -> None:
    if said:
        world.do(asked, reply, "Slå den av og på.", status=Status.SOLUTION_PROPOSED, by=world.erik)
    else:
        world.do(asked, change_status, Status.SOLUTION_PROPOSED, by=world.erik)
    mails = sent()
    for who in ("Ola Hansen", "Mette Lie"):
        assert PROPOSED in lines(mails[who][0])
        assert "olution proposed" in mails[who][0].text
    ours = mails["Anna Agent"][0]
    assert "Tell us" not in ours.text
    assert (
        "If the customer does not object, it counts as solved"
        " after 7 days, on 27 November 2026." in lines(ours)
    )


@pytest.mark.parametrize("said", [True, False])
def test_who_is_told_that_it_is_solved_is_told_when_it_closes_and_how_to_go_on(
    world: World, sent: Sent, asked: int, said: bool
) -> None:
    if said:
        world.do(asked, reply, "Da er vi i mål.", status=Status.SOLVED, by=world.erik)
    else:
        world.do(asked, change_status, Status.SOLVED, by=world.erik)
    mails = sent()
    for who in ("Ola Hansen", "Mette Lie"):
        assert SOLVED in lines(mails[who][0])
        assert "Solved" in mails[who][0].text
    assert "on 4 December 2026." in mails["Anna Agent"][0].text
    assert "Answer us" not in mails["Anna Agent"][0].text


def test_what_is_solved_by_itself_says_when_it_is_closed(
    world: World, sent: Sent, asked: int
) -> None:
    world.do(asked, change_status, Status.SOLUTION_PROPOSED, by=world.anna)
    sent()
    world.later(days=SOLVED_AFTER.days, minutes=1)
    solved = sent("service_requests.settle")["Ola Hansen"][0]
    assert "is closed by itself after 14 days, on 11 December 2026." in solved.text


def test_an_answer_tells_where_the_request_stands_and_when_it_moves(
    world: World, sent: Sent, asked: int
) -> None:
    world.do(asked, reply, "Vi ser på det.", by=world.anna)
    told = lines(sent()["Ola Hansen"][0])
    at = told.index("Status: In progress")
    assert told[at + 1] == "Anna Agent gives you news by 22 November 2026 at 10:00."
    waits: dict[str, Any] = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "loggen"}
    world.do(asked, reply, "Send loggen.", by=world.erik, **waits)
    mails = sent()
    told = lines(mails["Ola Hansen"][0])
    assert told[told.index("Status: Waiting for you") + 1] == "We are waiting for you: loggen"
    assert "Status: Waiting for the customer" in lines(mails["Anna Agent"][0])
