"""What is stored of the clocks is what they come to, whatever happens to a request."""

import os
from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import select

from portal.agreements.models import Agreement
from portal.agreements.targets import Severity
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.service_requests.actions import close_request, reopen_request, reply
from portal.service_requests.clocks import TargetKind, clocks
from portal.service_requests.handling import change_severity, change_status
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import missed, steps_of, targets_of
from portal.service_requests.rules import Status
from portal.service_requests.step_models import ServiceRequestTarget
from portal.service_requests.taking import take
from tests.factories import make_agreement
from tests.service_requests.world import World

MANY = 40 if os.environ.get("PORTAL_TEST_ALL") == "1" else 4
NAMES = ("kind", "severity", "started_at", "due_at", "met_at", "missed_at")


def stored_is_derived(world: World, number: int) -> None:
    session = world.look(staff=True)
    request = session.get_one(ServiceRequest, number)
    found = clocks(session.scalars(steps_of(number)), request.targets, request.touched_at)
    stored = session.scalars(targets_of(number)).all()
    rows = [tuple(getattr(it, name) for name in NAMES) for it in stored]
    assert rows == [tuple(getattr(it, name) for name in NAMES) for it in found.promises]
    assert request.first_response_due_at == found.due(TargetKind.FIRST_RESPONSE)
    assert request.next_update_due_at == found.due(TargetKind.NEXT_UPDATE)
    assert request.due_at == found.due_at
    session.close()


def do_something(world: World, number: int, random: Random) -> None:
    ours, theirs = world.anna, world.ola
    deeds = [
        lambda: world.do(number, reply, "Hei", by=ours),
        lambda: world.do(number, reply, "Hei", by=theirs),
        lambda: world.do(number, reply, "Hei", by=ours, internal=True),
        lambda: world.do(number, take, by=ours),
        lambda: world.do(number, change_severity, random.choice(list(Severity)), by=theirs),
        lambda: world.do(
            number, change_status, random.choice(list(Status)), by=ours, waiting_for="x"
        ),
        lambda: world.do(number, close_request, by=theirs, solved=False),
        lambda: world.do(number, reopen_request, "Nei", by=theirs),
    ]
    world.later(minutes=random.choice([0, 5, 90, 700, 3_000]))
    with suppress(Refused):
        random.choice(deeds)()


@pytest.mark.parametrize("seed", range(MANY))
def test_what_is_stored_is_what_the_steps_come_to(world: World, seed: int) -> None:
    random, number = Random(seed), world.request()
    for _ in range(12):
        do_something(world, number, random)
        stored_is_derived(world, number)
        for session in world.opened:
            session.close()
        world.opened.clear()


def test_the_agreement_in_force_says_what_is_aimed_at(world: World, session: ScopedSession) -> None:
    agreement = make_agreement(session, world.account)
    agreement.targets = {"first_response_medium": 15, "reopening": 2}
    session.commit()
    request = world.get(world.request())
    assert request.first_response_due_at == world.later(minutes=15)
    # A promise holds, whatever is agreed later.
    session.get_one(Agreement, agreement.id).targets = {}
    session.commit()
    again = world.do(request.id, change_severity, Severity.HIGH, by=world.ola)
    back = world.do(request.id, change_severity, Severity.MEDIUM, by=world.ola)
    assert again.targets == back.targets == request.targets
    assert back.targets["first_response_medium"] == 15


def test_days_to_reopen_are_the_agreements(world: World, session: ScopedSession) -> None:
    make_agreement(session, world.account).targets = {"reopening": 2}
    session.commit()
    number = world.request()
    world.do(number, close_request, by=world.ola, solved=True)
    world.later(days=3)
    with pytest.raises(Refused) as refused:
        world.do(number, reopen_request, "Nei", by=world.ola)
    assert refused.value.values == {"days": 2}


def test_what_is_missed_is_known_before_anybody_does_anything(world: World) -> None:
    number = world.request()
    world.later(minutes=121)
    late = select(ServiceRequestTarget.kind).where(missed(world.now))
    assert world.look().scalars(late).all() == [TargetKind.FIRST_RESPONSE]
    world.do(number, reply, "Hei", by=world.anna)
    assert world.look().scalars(late).all() == [TargetKind.FIRST_RESPONSE]
