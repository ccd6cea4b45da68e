"""Who is told of what, with the rights they have by then; and what happens when nobody acts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.grants import Grant
from portal.accounts.models import Membership, User
from portal.agreements.targets import Severity
from portal.base.access import Role, Visibility
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.notices.models import DigestLine, NoticeChoice
from portal.notices.notice import How, Notice
from portal.service_requests.actions import accept_solution, close_request, reopen_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.following import follow, unfollow
from portal.service_requests.handling import assign, change_severity, change_status
from portal.service_requests.joining import merge
from portal.service_requests.mail_kinds import NEWS
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Contact
from portal.service_requests.queries import messages_of
from portal.service_requests.rules import CLOSED_AFTER, SOLVED_AFTER, Status
from portal.service_requests.splitting import split
from tests.factories import make_user
from tests.service_requests.world import START, By, World

RunJobs = Callable[..., int]
Told = Callable[[], dict[str, str]]


@pytest.fixture
def told(world: World, session: ScopedSession, run_jobs: RunJobs) -> Told:
    """Runs what waits, and says to whom what was written first since the last time."""
    last = [0]

    def run() -> dict[str, str]:
        session.rollback()
        with time_machine.travel(world.now, tick=False):
            while run_jobs(world.now):
                pass
        session.rollback()
        mails = session.scalars(select(Mail).where(Mail.id > last[0]).order_by(Mail.id)).all()
        last[0] = max([last[0], *(mail.id for mail in mails)])
        names = dict(iter(session.execute(select(User.email, User.name)).all()))
        found = {names[mail.address]: mail.text.splitlines()[0] for mail in mails}
        assert len(found) == len(mails)  # nobody is told twice
        session.rollback()
        return found

    run_jobs(START)
    return run


def others(world: World, number: int) -> None:
    world.later(seconds=1)  # so that they were not there when it was opened
    world.do(number, follow, world.mette.id, by=world.ola)
    world.do(number, follow, world.siri.id, by=world.ola)
    world.do(number, assign, world.anna.id, by=world.erik)


def test_everybody_hears_of_an_answer_but_who_wrote_it(world: World, told: Told) -> None:
    number = world.request(subject="Ingen lyd")
    told()
    others(world, number)
    assert told().keys() == {"Anna Agent"}  # it was given to her
    line = f" has written in {world.get(number).reference} “Ingen lyd”:"
    world.do(number, reply, "Hei", by=world.ola)
    others_than = dict.fromkeys(["Mette Lie", "Siri Berg", "Anna Agent"], f"Ola Hansen{line}")
    assert told() == others_than
    world.do(number, reply, "Hei", by=world.anna)
    others_than = dict.fromkeys(["Mette Lie", "Siri Berg", "Ola Hansen"], f"Anna Agent{line}")
    assert told() == others_than


def test_of_an_internal_note_no_customer_or_partner_hears(world: World, told: Told) -> None:
    number = world.request()
    told()
    others(world, number)
    world.do(number, follow, world.erik.id, by=world.erik)
    told()
    world.do(number, reply, "Kunden har ikke betalt.", by=world.anna, internal=True)
    assert told().keys() == {"Erik Leder"}


def test_a_status_that_came_with_a_note_is_told_without_the_note(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    told()
    status = Status.WAITING_FOR_DEVELOPMENT
    world.do(number, reply, "Se feil 771.", by=world.anna, internal=True, status=status)
    reference = world.get(number).reference
    (line,) = told().values()
    assert reference in line
    assert "Waiting for development" in line
    assert not [it for it in session.scalars(select(Mail)) if "771" in it.text + it.html]
    request = world.get(number)
    assert request.changed_at == request.touched_at == world.now


def test_a_mail_says_who_wrote_what_and_leads_to_the_readers_own_page(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request(by=world.siri, contact=Contact(user_id=world.siri.id))
    reference = world.get(number).reference
    world.later(seconds=1)
    world.do(number, follow, world.ola.id, by=world.siri)
    told()
    world.do(number, assign, world.anna.id, by=world.erik)
    told()
    how: dict[str, Any] = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggfil"}
    world.do(number, reply, "Vi trenger loggen.", by=world.erik, **how)
    told()
    texts = {it.address: it.text for it in session.scalars(select(Mail).order_by(Mail.id))}
    mine = texts[world.ola.email]
    assert "Vi trenger loggen." in mine
    assert "Erik Leder" in mine
    assert "send loggfil" in mine
    assert f"/service-requests/{reference}" in mine
    assert "/desk/" not in mine
    assert f"/desk/service-requests/{reference}" in texts[world.anna.email]


def test_what_was_split_off_is_told_with_whose_deed_it_was_and_what_it_begins_with(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    told()
    world.later(minutes=1)
    world.do(number, reply, "Og så er hodesettet borte.", by=world.ola)
    told()
    said = [it.id for it in world.look(staff=True).scalars(messages_of(number))]
    subject = "Borte hodesett"
    world.later(minutes=1)
    world.do(number, split, by=world.anna, message_ids=said[1:], subject=subject)
    told()
    mail = session.scalars(
        select(Mail).where(Mail.address == world.ola.email).order_by(Mail.id)
    ).all()[-1]
    assert (
        f"Anna Agent has opened the service request {world.get(number + 1).reference}" in mail.text
    )
    assert "Og så er hodesettet borte." in mail.text


def test_staff_hear_that_it_was_closed_and_are_not_asked_how_the_help_was(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    told()
    world.do(number, assign, world.anna.id, by=world.erik)
    told()
    world.do(number, close_request, by=world.ola, solved=True)
    assert "Anna Agent" in told()
    texts = {it.address: it.text for it in session.scalars(select(Mail).order_by(Mail.id))}
    assert "score=" not in texts[world.anna.email]


def test_every_kind_of_news_is_told(world: World, told: Told) -> None:
    reached: set[str] = set()

    def note(number: int) -> None:
        found = told()
        assert found, number
        reached.update(found.values())
        world.later(seconds=1)

    number = world.request(contact=Contact(user_id=world.mette.id))
    note(number)
    deeds: list[tuple[Any, tuple[Any, ...], User]] = [
        (assign, (world.anna.id,), world.erik),
        (escalate, ("Haster",), world.ola),
        (change_severity, (Severity.CRITICAL,), world.ola),
        (change_status, (Status.SOLUTION_PROPOSED,), world.anna),
        (accept_solution, (), world.ola),
        (reopen_request, ("Nei",), world.ola),
    ]
    for deed, args, by in deeds:
        world.do(number, deed, *args, by=by)
        note(number)
    world.do(number, close_request, by=world.ola, solved=True)
    note(number)
    canceled = world.request()
    told()
    world.do(canceled, reply, "Bruk kabel.", by=world.anna, told_as="workaround")
    note(canceled)
    world.do(canceled, reply, "Hører til en annen.", by=world.anna, status=Status.CANCELED)
    note(canceled)
    one, into = world.request(by=world.mette), world.request()
    told()
    with world.at_work(staff=True) as session:
        both = [session.get_one(ServiceRequest, each) for each in (one, into)]
        merge(session, *both, by=By(world.anna.id), now=world.now)
    note(one)
    # The cloud partner and the end of its authorization, as it comes near and is there, are told of
    # where there is one, and so is how an escalation was got over, with a workaround or without;
    # notes to staff alone; and what closes it with a word says the same.
    assert len(reached) >= len(NEWS) - 7


def test_managers_hear_of_escalations_once(world: World, told: Told) -> None:
    number = world.request()
    world.do(number, follow, world.erik.id, by=world.erik)
    told()
    world.do(number, escalate, "Styremøte", by=world.ola)
    assert told().keys() == {"Erik Leder"}
    other = world.request()
    told()
    world.do(other, escalate, "Sint kunde", by=world.anna, internal=True)
    assert told().keys() == {"Erik Leder"}


def test_who_wants_to_hear_no_more_does_not(world: World, told: Told) -> None:
    number = world.request()
    told()
    world.do(number, unfollow, world.ola.id, by=world.ola)
    world.do(number, reply, "Hei", by=world.anna)
    assert told() == {}


def lose_membership(session: ScopedSession, world: World) -> None:
    mine = select(Membership).where(Membership.user_id == world.mette.id)
    session.scalars(mine).one().deactivated_at = START


def leave(session: ScopedSession, world: World) -> None:
    session.get_one(User, world.mette.id).deactivated_at = START


@pytest.mark.parametrize("lose", [lose_membership, leave])
def test_who_has_lost_the_right_meanwhile_is_not_told(
    world: World, told: Told, session: ScopedSession, lose: Any
) -> None:
    number = world.request()
    world.do(number, follow, world.mette.id, by=world.ola)
    told()
    world.do(number, reply, "Hei", by=world.anna)
    lose(session, world)
    session.commit()
    assert told().keys() == {"Ola Hansen"}


def test_a_partner_whose_access_ended_is_not_told(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request(by=world.siri)
    told()
    world.do(number, reply, "Hei", by=world.anna)
    grant = session.scalars(select(Grant)).one()
    grant.permissions = ["account:view", "products:view"]
    session.commit()
    assert told() == {}


def test_a_follower_who_cannot_come_upon_it_is_not_told(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    world.do(number, follow, world.mette.id, by=world.ola)
    told()
    mine = select(Membership).where(Membership.user_id == world.mette.id)
    session.scalars(mine).one().sees = Visibility.OWN
    session.get_one(ServiceRequest, number).people = f",{world.ola.id},"
    session.commit()
    world.do(number, reply, "Hei", by=world.anna)
    assert told().keys() == {"Ola Hansen"}


def test_people_hear_when_they_chose_to(world: World, told: Told, session: ScopedSession) -> None:
    number = world.request()
    told()
    session.add(NoticeChoice(user_id=world.ola.id, notice=Notice.REQUEST_ANSWERED, how=How.DAILY))
    session.commit()
    world.do(number, reply, "Hei", by=world.anna)
    assert told() == {}
    line = session.scalars(select(DigestLine)).one()
    assert (line.user_id, line.template) == (world.ola.id, "service_requests/answered")


def test_what_is_told_of_an_account_that_is_gone_is_told_to_nobody(
    world: World, told: Told, session: ScopedSession
) -> None:
    told()
    gone: Any = {"what": "answered", "request_id": 10**6, "message_id": None, "by_id": None}
    with time_machine.travel(world.now, tick=False):
        later(session, "service_requests.tell", account_id=world.account.id, **gone)
    session.commit()
    assert told() == {}
    assert session.scalars(select(Job).where(Job.parked_at.is_not(None))).all() == []


def let_pass(world: World, session: ScopedSession, told: Told, **passed: float) -> None:
    world.later(**passed)
    with time_machine.travel(world.now, tick=False):
        later(session, "service_requests.settle", key="now")
        session.commit()
    told()


def test_what_nobody_objects_to_is_solved_and_closed_by_itself(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    told()
    world.do(number, change_status, Status.SOLUTION_PROPOSED, by=world.anna)
    let_pass(world, session, told, seconds=SOLVED_AFTER.total_seconds() - 1)
    assert world.get(number).status is Status.SOLUTION_PROPOSED
    let_pass(world, session, told, seconds=1)
    assert world.get(number).status is Status.SOLVED
    let_pass(world, session, told, seconds=CLOSED_AFTER.total_seconds() - 1)
    assert world.get(number).status is Status.SOLVED
    let_pass(world, session, told, seconds=1)
    request = world.get(number)
    assert (request.status, request.closed_at, request.solved) == (
        Status.CLOSED,
        world.now,
        None,
    )
    assert len(world.look(staff=True).scalars(messages_of(number)).all()) == 1


def test_an_answer_in_between_keeps_it_open(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    told()
    world.do(number, change_status, Status.SOLUTION_PROPOSED, by=world.anna)
    told()
    world.later(days=6)
    world.do(number, reply, "Det hjalp ikke.", by=world.ola)
    let_pass(world, session, told, days=2)
    assert world.get(number).status is Status.IN_PROGRESS


def test_a_closed_customers_requests_are_left_alone(
    world: World, told: Told, session: ScopedSession
) -> None:
    number = world.request()
    told()
    world.do(number, change_status, Status.SOLUTION_PROPOSED, by=world.anna)
    told()
    world.account = session.merge(world.account)
    world.account.closed_at = world.now
    session.commit()
    let_pass(world, session, told, days=8)
    assert session.scalars(select(Job).where(Job.error != "")).all() == []
    assert session.get_one(ServiceRequest, number).status is Status.SOLUTION_PROPOSED


def test_staff_of_every_kind_are_told_by_their_rights(
    world: World, told: Told, session: ScopedSession
) -> None:
    lars = make_user(session, role=Role.LOGISTICS, name="Lars Lager").id
    session.rollback()
    number = world.request()
    world.do(number, follow, lars, by=world.anna)
    told()
    world.do(number, reply, "Hei", by=world.ola)
    assert told().keys() == {"Lars Lager"}
    assert timedelta(0) < SOLVED_AFTER
