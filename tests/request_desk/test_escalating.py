"""Staff escalate at the desk: before the customer, or among themselves. It is no answer."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.service_requests.clocks import StepKind
from portal.service_requests.escalating import escalate
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.queries import messages_of, steps_of
from portal.service_requests.rules import MessageKind, Status
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.request_desk.conftest import desk, fresh, page_of
from tests.service_requests.world import World

WHY = "Hele sykehuset er uten lyd."


def answered(world: World, request_id: int) -> bool:
    steps = world.look(staff=True).scalars(steps_of(request_id)).all()
    return any(it.kind is StepKind.ANSWERED for it in steps)


def test_an_agent_escalates_before_the_customer_and_that_is_no_answer(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    due = world.get(asked).first_response_due_at
    assert f'href="{desk(asked, "escalation")}"' in anna.get(desk(asked)).text
    form = fresh(reason=WHY, internal="0")

    answer = anna.post(desk(asked, "escalation"), data=form, follow_redirects=True)
    assert "The request is escalated, and our managers are told." in answer.text
    assert anna.post(desk(asked, "escalation"), data=form).status_code == 303  # a second click

    it = world.get(asked)
    assert it.escalated
    assert (it.status, it.owner_id, it.first_response_due_at) == (Status.NEW, None, due)
    assert not answered(world, asked)
    said = world.look().scalars(messages_of(asked)).all()
    assert [each.text for each in said if each.kind is MessageKind.ESCALATION] == [WHY]
    page = ola.get(page_of(asked)).text
    assert WHY in page
    assert "Escalated" in page
    assert f'href="{desk(asked, "escalation")}"' not in anna.get(desk(asked)).text
    assert anna.get(desk(asked, "escalation")).status_code == 303


def test_who_acts_for_the_customer_gives_no_answer_by_escalating(
    sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    staff = sign_in(world.anna, acting_for=world.account)
    form = fresh(why="worse", text=WHY)

    assert staff.post(page_of(asked, "escalation"), data=form).status_code == 303

    assert world.get(asked).escalated
    assert not answered(world, asked)
    assert world.get(asked).first_response_due_at is not None


def test_what_staff_escalate_among_themselves_leaves_no_trace_for_the_customer(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    before = ola.get("/service-requests?escalated=1").text
    form = fresh(reason=WHY, internal="1")

    assert anna.post(desk(asked, "escalation"), data=form).status_code == 303

    page = ola.get(page_of(asked)).text
    assert WHY not in page
    assert "Escalated" not in page
    assert "Escalate the request" in page
    subject = world.get(asked).subject
    assert subject not in before
    assert subject not in ola.get("/service-requests?escalated=1").text
    assert "Escalated</span>" not in ola.get("/service-requests").text.partition("<tbody")[2]
    assert "escalat" not in ola.get("/organization/activity").text.lower()
    at_desk = anna.get(desk(asked)).text
    assert WHY in at_desk
    assert "Escalated" in at_desk
    for query in ("view=escalated", "escalated=1", "escalated=1&q=skjermen"):
        assert subject in anna.get(f"/desk?{query}").text
    assert subject in anna.get("/desk/escalations").text


def test_the_customer_escalates_what_staff_did_unseen(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    anna.post(desk(asked, "escalation"), data=fresh(reason="Sint kunde", internal="1"))
    world.later(minutes=1)

    form = fresh(why="worse", text=WHY)
    assert ola.post(page_of(asked, "escalation"), data=form).status_code == 303

    assert world.get(asked).escalated
    board = anna.get("/desk/escalations").text
    assert board.count(f'/desk/escalations/{world.get(asked).reference}"') == 1
    assert WHY in board
    assert "Sint kunde" not in ola.get(page_of(asked)).text


def test_an_agent_lets_the_customer_see_what_was_escalated_unseen(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    world.do(asked, escalate, "Sint kunde", by=world.anna, internal=True)
    world.later(minutes=1)

    again = anna.post(desk(asked, "escalation"), data=fresh(reason=WHY, internal="1"))
    assert again.status_code == 422
    assert "This request is escalated already." in again.text
    public = anna.post(desk(asked, "escalation"), data=fresh(reason=WHY, internal="0"))
    assert public.status_code == 303

    with world.look(staff=True) as session:
        every = session.scalars(select(Escalation).order_by(Escalation.id)).all()
        assert [(it.internal, it.ended_at is None) for it in every] == [
            (True, False),
            (False, True),
        ]


@pytest.mark.parametrize(
    ("language", "missing"),
    [
        ("en", ("Say why it cannot wait.", "Choose who sees it.")),
        ("nb", ("Skriv hvorfor det ikke kan vente.", "Velg hvem som ser det.")),
    ],
)
def test_what_is_missing_is_said_beside_the_field(
    language: str,
    missing: tuple[str, str],
    session: ScopedSession,
    sign_in: SignInAs,
    world: World,
) -> None:
    agent = make_user(session, role=Role.AGENT, language=language)
    session.commit()
    browser, asked = sign_in(agent), world.request()

    silent = browser.post(desk(asked, "escalation"), data=fresh(reason=" ", internal="0"))
    open_ = browser.post(desk(asked, "escalation"), data=fresh(reason=WHY))

    assert (silent.status_code, open_.status_code) == (422, 422)
    assert missing[0] in silent.text
    assert missing[1] in open_.text
    assert WHY in open_.text
    assert not world.get(asked).escalated_at
