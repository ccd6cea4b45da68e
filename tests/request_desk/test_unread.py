"""A request that is connected with what its customer may not read of: they see no trace of it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.access import Role
from portal.base.history import DeskEvent, Event, What
from portal.base.jobs import Job
from portal.base.references import reference
from portal.incidents.rules import Audience, Service
from portal.known_issues.actions import publish_issue
from portal.known_issues.models import KnownIssue
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_incident,
    make_issue,
    make_model,
    make_product,
    make_user,
)
from tests.request_desk.conftest import desk, page_of, versioned
from tests.service_requests.world import By, World

LINKED = {What.KNOWN_ISSUE_LINKED, What.INCIDENT_LINKED, What.LINKED, What.UNLINKED}
LOG = "/organization/log"
Made = tuple[str, str]  # the deed, and the number that is typed


def draft(session: Session, _world: World) -> Made:
    return "known-issue", reference("KI", make_issue(session, "Lydløst", published=False).id)


def chosen_for_another(session: Session, _world: World) -> Made:
    incident = make_incident(session, "Hemmelig", accounts=[make_account(session)])
    return "incident", incident.reference


def of_what_they_do_not_have(session: Session, _world: World) -> Made:
    """Another customer has it, which staff see as well."""
    model = make_model(session, "Studio X72")
    make_product(session, account=make_account(session), model=model, serial_number="SN1")
    told: dict[str, Any] = {"audience": Audience.CONCERNED, "services": (), "models": [model]}
    return "incident", make_incident(session, "Hemmelig", **told).reference


UNREAD = [draft, chosen_for_another, of_what_they_do_not_have]
Makes = Callable[[Session, World], Made]


@pytest.fixture
def theirs(session: Session, world: World, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, account=world.account, role=Role.ADMINISTRATOR))


def side_of_customer(browser: FlaskClient, asked: int, version: int) -> list[bytes]:
    """Whatever may tell of it."""
    news = page_of(asked, f"news?heard=0&version={version}")
    paths = (page_of(asked), news, "/service-requests?sort=changed", f"{LOG}/log.csv")
    found = []
    for path in ("/service-requests/requests.csv", *paths):
        with browser.get(path) as answer:
            found.append(
                b"\n".join(
                    it
                    for it in answer.data.splitlines()
                    if not any(mark in it for mark in (b"token", b"nonce", b"data-seconds"))
                )
            )
    return found


@pytest.mark.parametrize("make", UNREAD)
def test_it_leaves_no_trace_when_it_comes_and_when_it_goes(
    anna: FlaskClient, theirs: FlaskClient, session: Session, world: World, make: Makes
) -> None:
    deed, number = make(session, world)
    session.commit()
    asked = world.request()
    version = world.get(asked).version
    with theirs.get(f"{LOG}/log.csv") as _answer:  # which notes that it was taken away
        pass
    jobs = len(session.scalars(select(Job)).all())
    events = select(Event.id).where(Event.record_id == asked, Event.kind == "service_request")
    before, noted = side_of_customer(theirs, asked, version)[:4], session.scalars(events).all()

    for typed in (number, ""):
        form = versioned(world, asked, number=typed)
        assert anna.post(desk(asked, deed), data=form).status_code == 303
        if typed:
            assert "does not see the connection" in anna.get(desk(asked)).text
        assert side_of_customer(theirs, asked, version)[:4] == before
        session.rollback()
        assert session.scalars(events).all() == noted
        assert len(session.scalars(select(Job)).all()) == jobs

    found = session.scalars(select(DeskEvent).where(DeskEvent.kind == "service_request"))
    told = [(it.what, it.record_id, it.by_id) for it in found if it.what in LINKED]
    linked = What.KNOWN_ISSUE_LINKED if deed == "known-issue" else What.INCIDENT_LINKED
    assert told == [(linked, asked, world.anna.id), (What.UNLINKED, asked, world.anna.id)]


def test_what_may_be_read_is_told_by_its_own_name(
    anna: FlaskClient, theirs: FlaskClient, session: Session, world: World
) -> None:
    model = make_model(session, "Studio X72")
    make_product(session, account=world.account, model=model, serial_number="SN1")
    told: dict[str, Any] = {"audience": Audience.CONCERNED, "services": (), "models": [model]}
    incidents = [
        make_incident(session, "Alle", services=(Service.LENS,)),
        make_incident(session, "Valgt", accounts=[world.account]),
        make_incident(session, "Berørt", **told),
    ]
    numbers = [("known-issue", make_issue(session).reference)]
    numbers += [("incident", it.reference) for it in incidents]
    session.commit()

    for deed, number in numbers:
        asked = world.request()
        anna.post(desk(asked, deed), data=versioned(world, asked, number=number))
        words = "a known issue" if deed == "known-issue" else "an incident"
        assert f"Connected with {words}" in theirs.get(page_of(asked)).text
        anna.post(desk(asked, deed), data=versioned(world, asked, number=""))
        assert (
            "Connection with a known issue or an incident removed"
            in theirs.get(page_of(asked)).text
        )
    log = theirs.get(LOG).text.partition("<tbody")[2]
    assert log.count("Connected with a known issue") == 1
    assert log.count("Connected with an incident") == len(incidents)
    assert "Connected with another request" not in log


def test_one_in_the_place_of_another_is_told_as_far_as_each_may_be_read(
    anna: FlaskClient, theirs: FlaskClient, session: Session, world: World
) -> None:
    known, hidden = make_issue(session, "Kjent"), make_issue(session, "Skjult", published=False)
    numbers, hidden_id = (known.reference, hidden.reference), hidden.id
    session.commit()
    asked = world.request()
    for number in numbers:
        anna.post(desk(asked, "known-issue"), data=versioned(world, asked, number=number))

    session.rollback()
    events = session.scalars(select(Event).where(Event.what.in_(LINKED)).order_by(Event.number))
    assert [(it.what, it.details["known_issue_id"] == hidden_id) for it in events] == [
        (What.KNOWN_ISSUE_LINKED, False),
        (What.UNLINKED, False),
    ]
    assert "Skjult" not in theirs.get(page_of(asked)).text
    issue = session.get_one(KnownIssue, hidden_id)
    publish_issue(session, issue, by=By(world.anna.id), now=clock.now())
    session.commit()
    assert "Skjult" in theirs.get(page_of(asked)).text
