"""The way from a request to its escalation, and to what has ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.escalations.actions import end
from portal.service_requests.actions import close_request, reopen_request
from portal.service_requests.escalating import escalate
from portal.service_requests.handling import assign
from tests.conftest import SignInAs
from tests.counting import counted
from tests.escalations.test_actions import act, escalated
from tests.factories import make_account, make_escalation, make_user
from tests.request_desk.conftest import desk
from tests.request_pages.conftest import address
from tests.service_requests.world import World

BOARD = "/desk/escalations"


@pytest.mark.parametrize(
    ("role", "language", "says"),
    [
        (Role.ESCALATION_MANAGER, "nb", "Følg opp eskaleringen"),
        (Role.ESCALATION_MANAGER, "en", "Look after the escalation"),
        (Role.AGENT, "nb", "Vis eskaleringen"),
        (Role.LOGISTICS, "en", "Show the escalation"),
    ],
)
@pytest.mark.parametrize("internal", [False, True])
def test_the_desk_leads_to_the_escalation_and_the_customers_page_does_not(  # noqa: PLR0917
    role: Role,
    language: str,
    says: str,
    internal: bool,
    world: World,
    session: ScopedSession,
    sign_in: SignInAs,
) -> None:
    user = make_user(session, role=role, language=language)
    session.commit()
    number = escalated(world, internal=internal)
    path = f"{BOARD}/{world.get(number).reference}"
    staff = sign_in(user)

    assert f'href="{path}">{says}</a>' in staff.get(desk(number)).text
    assert staff.get(path).status_code == 200
    assert BOARD not in sign_in(world.ola).get(address(number)).text


def test_a_managers_mail_leads_to_it(
    world: World, session: ScopedSession, run_jobs: Callable[..., int]
) -> None:
    number = world.request()
    world.do(number, assign, world.anna.id, by=world.erik)
    world.later(seconds=1)
    world.do(number, escalate, "Haster", by=world.ola)
    with time_machine.travel(world.now, tick=False):
        while run_jobs(world.now):
            pass
    session.rollback()
    mails = session.scalars(select(Mail).order_by(Mail.id)).all()
    texts = {it.address: it.text for it in mails if "Haster" in it.text}
    reference = world.get(number).reference
    assert f"See it, and take it:\nhttps://portal.test{BOARD}/{reference}" in texts[
        world.erik.email
    ].replace("http://localhost", "https://portal.test")
    assert f"/desk/service-requests/{reference}" in texts[world.anna.email]
    assert "See it, and answer:" in texts[world.anna.email]


@pytest.mark.parametrize(("language", "tab"), [("nb", "Avsluttet"), ("en", "Ended")])
def test_what_has_ended_is_found_in_its_tab(
    language: str, tab: str, world: World, session: ScopedSession, sign_in: SignInAs
) -> None:
    user = make_user(session, role=Role.AGENT, language=language)
    session.commit()
    gone, closed, again, unseen, stands = (
        escalated(world, subject=name, internal=name == "Usett")
        for name in ("Avblåst", "Lukket", "Igjen", "Usett", "Haster")
    )
    world.later(minutes=1)
    act(world, gone, end, "Ikke nødvendig.")
    world.do(closed, close_request, solved=True, by=world.ola)
    world.do(unseen, close_request, solved=True, by=world.ola)  # who ends nothing they do not see
    world.do(again, close_request, solved=True, by=world.ola)
    world.do(again, reopen_request, "Nei", by=world.ola)
    world.later(minutes=1)
    world.do(again, escalate, "Nå haster det", by=world.ola)
    browser = sign_in(user)

    over, board = browser.get(f"{BOARD}?which=ended").text, browser.get(BOARD).text

    assert f"{tab} (3)" in board
    for number, ended in (
        (gone, True), (closed, True), (unseen, True), (again, False), (stands, False),
    ):  # fmt: skip
        path = f'href="{BOARD}/{world.get(number).reference}"'
        assert (path in over) is ended
        assert (path in board) is not ended
    assert "/owner" not in over
    assert browser.get(f"{BOARD}/{world.get(gone).reference}").status_code == 200


def test_the_tab_of_what_has_ended_costs_no_more(
    session: ScopedSession, sign_in: SignInAs, engine: Engine
) -> None:
    browser: FlaskClient = sign_in(make_user(session, role=Role.AGENT, language="nb"))
    empty = browser.get(f"{BOARD}?which=ended").text
    assert "Ingen eskalering er avsluttet" in empty
    for number in range(30):
        made = make_escalation(session, make_account(session, f"Kunde {number}"))
        made.ended_at = made.escalated_at + timedelta(minutes=number)
        request = made.request
        request.escalated, request.escalated_at = False, None
    session.commit()
    with counted(engine) as many:
        text = browser.get(f"{BOARD}?which=ended").text
    assert "30 eskaleringer" in text
    assert "after=" in text
    assert len(many) <= 4, many
