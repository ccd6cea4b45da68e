"""What managers do with an escalation, and what becomes of it when the request goes its own way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.tenancy import ScopedSession
from portal.base.words import Overtaken, Refused
from portal.escalations.actions import end, give, promise_update, record_remedy
from portal.escalations.facts import Facts, facts
from portal.escalations.queries import board
from portal.request_pages.looking import look_at
from portal.service_requests.actions import close_request, reopen_request, reply
from portal.service_requests.escalating import end_escalation, escalate
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.handling import change_severity
from portal.service_requests.rules import Remedy
from tests.factories import make_user
from tests.service_requests.world import START, By, World

HOUR = timedelta(hours=1)


def shown(session: ScopedSession, number: int, now: datetime) -> Facts | None:
    """What the page of the request tells of its escalation."""
    looked = look_at(session, number, person_id=1)
    due_at = looked.request.due_at
    return facts(looked.escalation, looked.manager, now, due_at=due_at)


def escalated(world: World, *, internal: bool = False, **told: Any) -> int:
    number = world.request(**told)
    by = world.anna if internal else world.ola
    world.do(number, escalate, "Styremøte i morgen.", by=by, internal=internal)
    return number


def last(world: World, number: int) -> Escalation:
    ask = select(Escalation).where(Escalation.request_id == number).order_by(Escalation.id.desc())
    with world.look(staff=True) as session:
        found = session.scalars(ask).first()
    for each in world.opened:  # connections are few
        each.close()
    assert found is not None
    return found


def act(world: World, number: int, deed: Any, *args: Any, **told: Any) -> Escalation:
    """A manager's deed on the escalation as it stands, or as `version` says."""
    before = last(world, number)
    with world.at_work(staff=True) as session:
        it = session.get_one(Escalation, before.id)
        kept = {"version": before.version, "by": By(world.erik.id), "now": world.now} | told
        deed(session, it, *args, **kept)
    return last(world, number)


def on_board(world: World) -> list[int]:
    return [row.request_id for row in world.look(staff=True).execute(board())]


def test_escalating_puts_it_on_the_board_with_its_reason(world: World) -> None:
    number = escalated(world)
    it = last(world, number)
    assert (it.reason, it.escalated_by_id, it.owner_id, it.internal) == (
        "Styremøte i morgen.",
        world.ola.id,
        None,
        False,
    )
    assert on_board(world) == [number]


def test_until_somebody_promises_news_come_as_soon_as_a_new_request_is_answered(
    world: World,
) -> None:
    number = world.request(severity=Severity.HIGH)
    world.later(minutes=20)
    world.do(number, escalate, "Haster", by=world.ola)
    # Its own first response is due in 40 minutes, which is promised already.
    assert last(world, number).next_update_due_at == world.now + timedelta(minutes=40)
    world.later(hours=5)
    world.do(number, end_escalation, by=world.erik)
    world.do(number, escalate, "Igjen", by=world.ola)
    assert last(world, number).next_update_due_at == world.now + HOUR


def promises(world: World, number: int) -> tuple[Any, Any, Any]:
    """By when the customer hears from us: as the queue has it, the clocks, and the escalation."""
    request = world.get(number)
    found = shown(world.look(), number, world.now)
    assert found is not None
    return request.due_at, request.next_update_due_at, found.next_update_due_at


def test_what_a_manager_promises_is_the_one_promise_while_it_is_the_nearest(world: World) -> None:
    number = escalated(world, severity=Severity.LOW)  # by itself: in 8 hours, then in 5 days
    act(world, number, give, world.erik.id)
    world.do(number, reply, "Vi ser på det.", by=world.anna)
    soon = world.now + 2 * HOUR

    act(world, number, promise_update, soon)
    near = promises(world, number)
    world.do(number, change_severity, Severity.CRITICAL, by=world.ola)
    world.do(number, reply, "Vi ser fortsatt på det.", by=world.anna)
    kept = promises(world, number)
    world.later(hours=3)
    world.do(number, reply, "Her er nytt.", by=world.anna)
    met = promises(world, number)
    world.do(number, end_escalation, by=world.erik)

    assert near == (soon, soon, soon)
    assert kept == (soon, soon, soon)  # an answer before it does not undo what a manager promised
    assert met == (world.now + 6 * HOUR,) * 3
    assert world.get(number).due_at == world.now + 6 * HOUR


def test_who_raises_the_severity_of_what_nobody_took_is_promised_one_thing(world: World) -> None:
    number = escalated(world, severity=Severity.LOW)
    world.do(number, change_severity, Severity.HIGH, by=world.ola)

    due, _news, told = promises(world, number)
    world.do(number, reply, "Vi er i gang.", by=world.anna)
    after = promises(world, number)

    assert due == told == world.now + HOUR
    assert after == (world.now + 12 * HOUR,) * 3


def test_what_staff_escalate_among_themselves_promises_the_customer_nothing(world: World) -> None:
    number = escalated(world, internal=True, severity=Severity.LOW)
    before = world.get(number).due_at
    act(world, number, promise_update, world.now + HOUR)
    world.do(number, reply, "Hei.", by=world.anna)
    assert before == START + 8 * HOUR
    assert world.get(number).due_at == world.now + timedelta(days=5)
    assert last(world, number).next_update_due_at == world.now + HOUR


def test_a_manager_takes_it_and_the_customer_sees_who_and_when(world: World) -> None:
    number = escalated(world)
    act(world, number, give, world.erik.id)
    act(world, number, promise_update, world.now + HOUR)
    told = shown(world.look(), number, world.now)
    assert told is not None
    assert (told.owner, told.next_update_due_at, told.late) == (
        "Erik Leder",
        world.now + HOUR,
        False,
    )
    assert shown(world.look(), number, world.now + 2 * HOUR).late  # type: ignore[union-attr]


def test_of_what_staff_escalate_among_themselves_the_customer_sees_nothing(world: World) -> None:
    number = escalated(world, internal=True)
    before = world.get(number).changed_at
    world.later(hours=1)
    act(world, number, give, world.erik.id)
    act(world, number, promise_update, world.now + HOUR)
    assert shown(world.look(), number, world.now) is None
    assert shown(world.look(staff=True), number, world.now) is not None
    assert world.get(number).changed_at == before
    assert world.look().scalars(select(Event).where(Event.kind == "escalation")).all() == []


def test_only_managers_look_after_escalations(world: World) -> None:
    number = escalated(world)
    for other in (world.anna.id, world.ola.id, 10**6):
        with pytest.raises(Refused):
            act(world, number, give, other)
    assert last(world, number).owner_id is None


def test_of_two_who_take_it_at_once_the_second_is_told(
    world: World, session: ScopedSession
) -> None:
    other = make_user(session, role=Role.ESCALATION_MANAGER, name="Eva Leder").id
    session.rollback()
    number = escalated(world)
    version = last(world, number).version
    act(world, number, give, world.erik.id, version=version)
    with pytest.raises(Overtaken):
        act(world, number, give, other, version=version, by=By(other))
    assert last(world, number).owner_id == world.erik.id


def test_promises_are_for_a_time_to_come(world: World) -> None:
    number = escalated(world)
    for wrong in (timedelta(0), -HOUR, timedelta(days=14, seconds=1)):
        with pytest.raises(Refused):
            act(world, number, promise_update, world.now + wrong)


def test_an_accepted_workaround_lowers_the_severity_one_step_and_that_once(world: World) -> None:
    number = escalated(world, severity=Severity.CRITICAL)
    act(world, number, record_remedy, Remedy.WORKAROUND, "Bruk kabel.")
    assert world.get(number).severity is Severity.CRITICAL
    act(world, number, record_remedy, Remedy.WORKAROUND, "Bruk kabel.", accepted=True)
    assert world.get(number).severity is Severity.HIGH
    it = act(world, number, record_remedy, Remedy.WORKAROUND, "Bruk kabel nå.", accepted=True)
    assert (world.get(number).severity, it.remedy_text) == (Severity.HIGH, "Bruk kabel nå.")
    with pytest.raises(Refused):
        act(world, number, record_remedy, Remedy.REPAIR, "Rettet.", accepted=True)
    with pytest.raises(Refused):
        act(world, number, record_remedy, Remedy.REPAIR, " \n")


def test_it_ends_with_a_repair_or_with_a_reason(world: World) -> None:
    number = escalated(world)
    with pytest.raises(Refused):
        act(world, number, end)
    assert world.get(number).escalated
    act(world, number, record_remedy, Remedy.REPAIR, "Ny fastvare.")
    it = act(world, number, end)
    assert (it.ended_at, it.ended_by_id) == (world.now, world.erik.id)
    assert not world.get(number).escalated
    assert on_board(world) == []
    with pytest.raises(Refused):
        act(world, number, give, world.erik.id)
    other = escalated(world)
    assert act(world, other, end, "Kunden trenger det ikke lenger.").ended_because


def test_closing_the_request_ends_it(world: World) -> None:
    number = escalated(world)
    world.do(number, close_request, by=world.ola, solved=True)
    assert last(world, number).ended_at == world.now
    assert on_board(world) == []


def test_what_a_customer_closes_unseen_is_over_and_stays_so(world: World) -> None:
    number = escalated(world, internal=True)
    world.do(number, close_request, by=world.ola, solved=True)
    assert on_board(world) == []
    world.do(number, reopen_request, "Nei", by=world.ola)
    world.later(minutes=1)
    world.do(number, escalate, "Nå haster det", by=world.ola)
    assert on_board(world) == [number]
    assert last(world, number).reason == "Nå haster det"


def test_each_deed_leaves_its_row(world: World) -> None:
    number = escalated(world)
    act(world, number, give, world.erik.id)
    act(world, number, promise_update, world.now + HOUR)
    act(world, number, record_remedy, Remedy.REPAIR, "Rettet.")
    act(world, number, end)
    events = world.look().scalars(select(Event).order_by(Event.number)).all()
    assert [it.what for it in events][-6:] == [
        What.ESCALATION_TAKEN,
        What.UPDATE_PROMISED,
        What.STATUS_CHANGED,  # a repair that the customer reads is an answer
        What.ANSWERED,
        What.REMEDY_RECORDED,
        What.ESCALATION_ENDED,
    ]
    assert "Rettet" not in str([it.details for it in events])
