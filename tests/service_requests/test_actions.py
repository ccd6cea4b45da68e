from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from portal.agreements.targets import Severity
from portal.base.history import DeskEvent, Event, What
from portal.base.jobs import Job
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import Overtaken, Refused
from portal.service_requests.actions import (
    accept_solution,
    close_request,
    reopen_request,
    reply,
)
from portal.service_requests.clocks import StepKind
from portal.service_requests.escalating import end_escalation, escalate
from portal.service_requests.handling import (
    accept_workaround,
    add_time,
    assign,
    change_severity,
    change_status,
)
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.queries import messages_of, steps_of, targets_of
from portal.service_requests.rules import MessageKind, Status
from portal.service_requests.taking import take
from tests.service_requests.world import START, By, World, said

S = Status


def told(session: ScopedSession) -> list[tuple[str, int | None]]:
    """What followers are to be told, and who did it."""
    jobs = session.scalars(select(Job).where(Job.name == "service_requests.tell").order_by(Job.id))
    return [(job.payload["what"], job.payload["by_id"]) for job in jobs]


def test_a_request_begins_with_its_description_and_both_clocks(
    world: World, session: ScopedSession
) -> None:
    request = world.get(world.request())

    assert request.reference.startswith("SR-")
    assert (request.status, request.severity) == (S.NEW, Severity.MEDIUM)
    assert request.opened_at == request.changed_at == request.touched_at == START
    assert request.first_response_due_at == START + timedelta(minutes=120)
    assert request.next_update_due_at == START + timedelta(hours=48)
    assert request.due_at == request.first_response_due_at
    written = world.look().scalars(messages_of(request.id)).all()
    assert [(it.kind, it.author_id, it.by_staff) for it in written] == [
        (MessageKind.DESCRIPTION, world.ola.id, False)
    ]
    assert told(session) == [("opened", world.ola.id)]


def test_the_first_answer_of_staff_takes_it_into_work(world: World) -> None:
    number = world.request()
    world.later(minutes=30)

    request = world.do(number, reply, "Vi ser på det.", by=world.anna)

    assert (request.status, request.owner_id) == (S.IN_PROGRESS, world.anna.id)
    assert request.first_response_due_at is None
    assert request.due_at == request.next_update_due_at == world.now + timedelta(hours=48)


def test_an_answer_may_carry_the_status_and_what_is_waited_for(world: World) -> None:
    number = world.request()

    request = world.do(
        number,
        reply,
        "Send loggfilen.",
        by=world.anna,
        status=S.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )

    assert (request.status, request.waiting_for) == (S.WAITING_FOR_CUSTOMER, "send loggfil")
    assert request.due_at is None


def test_nobody_waits_for_the_customer_without_saying_for_what(world: World) -> None:
    number = world.request()

    with pytest.raises(Refused) as refused:
        world.do(number, change_status, S.WAITING_FOR_CUSTOMER, by=world.anna)

    assert refused.value.field == "waiting_for"
    assert world.get(number).status is S.NEW


@pytest.mark.parametrize("status", [S.WAITING_FOR_CUSTOMER, S.SOLUTION_PROPOSED, S.SOLVED])
def test_the_customers_answer_gives_us_the_ball_back(world: World, status: Status) -> None:
    number = world.request()
    world.do(number, change_status, status, waiting_for="svar", by=world.anna)

    request = world.do(number, reply, "Her er den.", by=world.ola)

    assert (request.status, request.waiting_for) == (S.IN_PROGRESS, "")
    assert request.due_at is not None


def test_the_customers_answer_to_what_is_new_leaves_it_new(world: World) -> None:
    assert world.do(world.request(), reply, "Det haster.", by=world.ola).status is S.NEW


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u0000"])
def test_an_answer_says_something(world: World, text: str) -> None:
    with pytest.raises(Refused) as refused:
        world.do(world.request(), reply, text, by=world.ola)
    assert refused.value.field == "text"


def test_a_closed_request_is_not_written_in(world: World) -> None:
    number = world.request()
    world.do(number, close_request, by=world.ola, solved=True)

    with pytest.raises(Refused):
        world.do(number, reply, "En ting til.", by=world.ola)
    with pytest.raises(Refused):
        world.do(number, reply, "En ting til.", by=world.anna)
    world.do(number, reply, "Ringte kunden.", by=world.anna, internal=True)
    back = S.IN_PROGRESS  # there are days to open it again in, which no other way goes past
    for by in (world.ola, world.anna):
        with pytest.raises(Refused):
            world.do(number, reply, "Hei", by=by, status=back)
        with pytest.raises(Refused):
            world.do(number, change_status, back, by=by)
    assert world.get(number).status is S.CLOSED


def test_a_mail_that_comes_twice_is_written_once(world: World) -> None:
    number = world.request()
    for _ in range(2):
        world.do(number, reply, "Svar per e-post.", by=world.ola, mail_message_id="<a@b>")
    assert len(world.look().scalars(messages_of(number)).all()) == 2


def test_closing_says_whether_it_was_solved(world: World) -> None:
    number = world.request()
    world.do(number, escalate, "Alle møter er avlyst.", by=world.ola)
    world.later(hours=1)

    request = world.do(number, close_request, by=world.ola, solved=False, text="Vi kjøpte nytt.")
    again = world.do(number, close_request, by=world.ola, solved=False, text="Vi kjøpte nytt.")
    with pytest.raises(Refused, match="closed the request meanwhile"):
        world.do(number, close_request, by=world.mette, solved=False, text="Vi kjøpte nytt.")
    with pytest.raises(Refused, match="closed the request meanwhile"):
        world.do(number, close_request, by=world.ola, solved=True)

    assert (request.status, request.solved, request.closed_at) == (S.CLOSED, False, world.now)
    assert (request.escalated, request.due_at) == (False, None)
    assert again.solved is False
    last = world.look().scalars(messages_of(number)).all()[-1]
    assert (last.kind, last.text) == (MessageKind.CLOSING, "Vi kjøpte nytt.")


def test_what_is_closed_is_opened_again_within_a_month_by_the_calendar(world: World) -> None:
    number = world.request()
    world.do(number, close_request, by=world.ola, solved=True)
    world.now = START + timedelta(days=30, hours=13)

    request = world.do(number, reopen_request, "Det skjedde igjen.", by=world.ola)

    assert (request.status, request.solved, request.closed_at) == (S.IN_PROGRESS, None, None)
    assert request.due_at is not None
    world.do(number, close_request, by=world.ola, solved=True)
    world.now += timedelta(days=31)
    with pytest.raises(Refused, match="more than"):
        world.do(number, reopen_request, "Og igjen.", by=world.ola)


def test_only_what_is_closed_is_opened_again(world: World) -> None:
    number = world.request()
    with pytest.raises(Refused):
        world.do(number, reopen_request, "Hei", by=world.ola)
    world.do(number, change_status, S.CANCELED, by=world.anna)
    with pytest.raises(Refused):
        world.do(number, reopen_request, "Hei", by=world.ola)


def test_a_solution_is_proposed_and_accepted(world: World) -> None:
    number = world.request()
    with pytest.raises(Refused):
        world.do(number, accept_solution, by=world.ola)
    kind, status = MessageKind.SOLUTION, S.SOLUTION_PROPOSED
    world.do(number, reply, "Installer 5.0.2.", by=world.anna, status=status, kind=kind)

    request = world.do(number, accept_solution, by=world.ola)

    assert (request.status, request.solved) == (S.SOLVED, True)


def test_escalating_asks_for_a_reason_and_is_done_once(
    world: World, session: ScopedSession
) -> None:
    number = world.request()
    with pytest.raises(Refused) as refused:
        world.do(number, escalate, " ", by=world.ola)
    assert refused.value.field == "reason"

    request = world.do(number, escalate, "Styremøte i morgen.", by=world.siri)

    assert (request.escalated, request.escalated_at) == (True, world.now)
    with pytest.raises(Refused):
        world.do(number, escalate, "Igjen", by=world.ola)
    assert told(session)[-1] == ("escalated", world.siri.id)
    assert not world.do(number, end_escalation, by=world.erik).escalated


def test_taking_is_beginning(world: World) -> None:
    number = world.request()
    request = world.do(number, take, by=world.anna)
    assert (request.status, request.owner_id) == (S.IN_PROGRESS, world.anna.id)
    assert request.first_response_due_at is not None  # nobody has answered


def test_it_is_given_to_those_who_work_with_requests(world: World, session: ScopedSession) -> None:
    number = world.request()
    for user_id in (world.ola.id, world.siri.id, 10**9):
        with pytest.raises(Refused) as refused:
            world.do(number, assign, user_id, by=world.anna)
        assert refused.value.field == "owner"

    assert world.do(number, assign, world.erik.id, by=world.anna).owner_id == world.erik.id
    assert told(session)[-1] == ("assigned", world.anna.id)
    assert world.do(number, assign, None, by=world.anna).owner_id is None


def test_a_worse_severity_is_due_sooner(world: World) -> None:
    number = world.request()
    world.later(minutes=10)

    request = world.do(number, change_severity, Severity.CRITICAL, by=world.ola)

    assert request.first_response_due_at == START + timedelta(minutes=30)
    assert world.do(number, accept_workaround, by=world.anna).severity is Severity.HIGH


def test_whoever_saw_an_older_version_is_told(world: World) -> None:
    number = world.request()
    seen = world.get(number).version
    world.do(number, change_severity, Severity.HIGH, by=world.ola, version=seen)

    for deed, value in (
        (change_severity, Severity.LOW),
        (change_status, S.WAITING_FOR_DEVELOPMENT),
        (assign, world.anna.id),
    ):
        with pytest.raises(Overtaken):
            world.do(number, deed, value, by=world.anna, version=seen)
    request = world.get(number)
    assert (request.severity, request.status, request.owner_id) == (Severity.HIGH, S.NEW, None)


def test_what_is_internal_takes_no_form_out_of_the_customers_hands(world: World) -> None:
    """A version that moved would tell that there is something."""
    number = world.request()
    world.do(number, take, by=world.anna)
    before = world.get(number)
    world.later(minutes=5)
    world.do(number, reply, "Kunden har ikke betalt.", by=world.anna, internal=True)
    world.do(number, add_time, 20, by=world.anna, note="Lette i loggen")

    after = world.get(number)
    assert (after.version, after.changed_at) == (before.version, before.changed_at)
    assert after.touched_at == world.now
    assert after.next_update_due_at == before.next_update_due_at


def test_internal_deeds_are_in_no_history_of_the_customers(
    world: World, session: ScopedSession
) -> None:
    number = world.request()
    before = len(session.scalars(select(Event)).all())
    world.do(number, reply, "Internt.", by=world.anna, internal=True)
    world.do(number, add_time, 20, by=world.anna)

    assert len(session.scalars(select(Event)).all()) == before
    events = session.scalars(select(DeskEvent).order_by(DeskEvent.number)).all()
    assert [it.what for it in events] == [What.NOTED, What.TIME_ADDED]


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        (reply, {"text": "Hei", "internal": True}),
        (escalate, {"reason": "Hei", "internal": True}),
    ],
)
def test_only_staff_write_what_is_internal(
    world: World, deed: Callable[..., Any], told: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        world.do(world.request(), deed, by=world.ola, **told)


@pytest.mark.parametrize("minutes", [0, -5, 10**9])
def test_time_is_of_a_day_at_most(world: World, minutes: int) -> None:
    with pytest.raises(Refused):
        world.do(world.request(), add_time, minutes, by=world.anna)


def test_a_partner_writes_on_behalf(world: World) -> None:
    number = world.request(by=world.siri)
    message = world.look().scalars(select(ServiceRequestMessage)).one()
    assert (message.on_behalf, message.by_staff) == (True, False)
    assert world.get(number).on_behalf


def test_many_who_answer_at_once_are_all_kept(world: World) -> None:
    """Each had the request as it was before any of the others wrote."""
    number = world.request()
    stale = [world.look().get_one(ServiceRequest, number) for _ in range(3)]
    for request in stale:
        with world.at_work() as session:
            reply(session, request, "Svar", by=By(world.ola.id), now=world.later(seconds=1))
    assert len(world.look().scalars(messages_of(number)).all()) == 4


def test_twenty_who_answer_in_the_same_moment_are_all_kept(world: World) -> None:
    number = world.request()
    at_once = Barrier(20)

    def answer(each: int) -> None:
        at_once.wait()
        by = world.ola if each % 2 else world.anna
        only = frozenset({world.account.id})
        staff = by is world.anna
        scope = Scope(only, world.account.id, staff, "test" if staff else "")
        with world.sessions(scope=scope) as session, session.begin():
            request = session.get_one(ServiceRequest, number)
            reply(session, request, f"Svar {each}", by=By(by.id), now=START)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(answer, range(20)))

    said = world.look().scalars(messages_of(number)).all()
    assert {it.text for it in said[1:]} == {f"Svar {each}" for each in range(20)}
    steps = world.look().scalars(steps_of(number)).all()
    assert [it.kind for it in steps].count(StepKind.ANSWERED) == 10
    stored = world.look().scalars(targets_of(number)).all()
    assert [it.number for it in stored] == list(range(len(stored)))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 161}, "subject"),
        ({"text": ""}, "text"),
        ({"product_id": 10**9}, "product"),
        ({"site_id": 10**9}, "site"),
        ({"model_id": 10**9}, "model"),
        ({"device_count": 3}, "device_count"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    world: World, told: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        world.request(**told)
    assert refused.value.field == field
    assert said().subject
