"""The board and the page of an escalation: staff look, managers act, nobody overwrites another."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.tenancy import ScopedSession
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.rules import Remedy
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_escalation, make_user

BOARD = "/desk/escalations"


@pytest.fixture
def manager(session: ScopedSession, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.ESCALATION_MANAGER, language="nb"))


@pytest.fixture
def agent(session: ScopedSession, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.AGENT, language="nb"))


def one(session: ScopedSession, name: str = "Nordlys Kraft AS", **told: Any) -> Escalation:
    made = make_escalation(session, make_account(session, name), **told)
    session.commit()
    return made


def page_of(it: Escalation) -> str:
    return f"{BOARD}/{it.request.reference}"


def now_of(session: ScopedSession, it: Escalation) -> Escalation:
    session.rollback()
    return session.scalars(select(Escalation).where(Escalation.id == it.id)).one()


def test_the_board_goes_by_when_the_customer_must_hear_from_us(
    session: ScopedSession, agent: FlaskClient
) -> None:
    now = clock.now()
    for name, minutes in (("Alfa", 90), ("Beta", -10), ("Gamma", 40)):
        one(session, name, next_update_due_at=now + timedelta(minutes=minutes, seconds=20))
    text = agent.get(BOARD).text
    assert text.index("Beta") < text.index("Gamma") < text.index("Alfa")
    assert "om 40 minutter" in text
    assert "Over fristen" in text
    assert "1 kunde skulle ha hørt fra oss nå." in text
    assert "Ta eskaleringen" not in text
    assert "/owner" not in text  # agents look


def test_the_board_is_narrowed_to_mine_and_to_nobodys(
    session: ScopedSession, sign_in: SignInAs
) -> None:
    me = make_user(session, role=Role.ESCALATION_MANAGER, language="nb")
    one(session, "Alfa", owner_id=me.id)
    one(session, "Beta")
    browser = sign_in(me)
    mine, nobodys = (browser.get(f"{BOARD}?which={it}").text for it in ("mine", "nobodys"))
    assert ("Alfa" in mine, "Beta" in mine) == (True, False)
    assert ("Alfa" in nobodys, "Beta" in nobodys) == (False, True)
    assert "Alle (2)" in browser.get(f"{BOARD}?which=tull").text


def test_pages_cost_a_few_statements_however_much_is_escalated(
    session: ScopedSession, manager: FlaskClient, engine: Engine
) -> None:
    it = one(session)
    for page, most in ((BOARD, 4), (page_of(it), 4)):
        manager.get(page)
        with counted(engine) as few:
            manager.get(page)
        for number in range(5):
            one(session, f"Kunde {number}")
        with counted(engine) as many:
            manager.get(page)
        assert len(few) == len(many) <= most, many


def test_a_manager_takes_promises_records_and_ends(
    session: ScopedSession, manager: FlaskClient
) -> None:
    it = one(session)
    page = page_of(it)

    def send(deed: str, **fields: Any) -> str:
        sent = fields | {"version": now_of(session, it).version}
        answer = manager.post(f"{page}/{deed}", data=sent, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    assert "Du har eskaleringen" in send("owner")
    send("next-update", next_due=240)
    left = now_of(session, it).next_update_due_at - clock.now()
    assert timedelta(minutes=239) < left <= timedelta(minutes=240)
    text = send("remedy", remedy="workaround", text="Bruk <b>kabel</b>.", accepted="y")
    assert "Bruk &lt;b&gt;kabel" in text
    found = now_of(session, it)
    assert (found.remedy, found.request.severity) == (Remedy.WORKAROUND, Severity.LOW)
    assert "Eskaleringen er avsluttet" in send("ending")
    assert now_of(session, it).ended_at
    assert "Ta eskaleringen" not in manager.get(page).text
    assert manager.get(BOARD).text.count(page) == 0


def test_it_is_handed_to_another_manager_who_is_told(
    session: ScopedSession, manager: FlaskClient, run_jobs: Any
) -> None:
    run_jobs()
    other = make_user(session, role=Role.ESCALATION_MANAGER, name="Eva Leder")
    it = one(session)
    data = {"version": it.version, "owner": other.id}
    assert manager.post(f"{page_of(it)}/handover", data=data).status_code == 303
    assert now_of(session, it).owner_id == other.id
    session.rollback()
    run_jobs()
    mails = session.scalars(select(Mail).where(Mail.address == other.email)).all()
    assert len(mails) == 1
    assert page_of(it) in mails[0].text


def test_a_stale_deed_is_refused_and_keeps_what_was_typed(
    session: ScopedSession, manager: FlaskClient
) -> None:
    it = one(session)
    stale = it.version
    manager.post(f"{page_of(it)}/owner", data={"version": stale})
    typed = {"version": stale, "remedy": "repair", "text": "Byttet kortet."}
    answer = manager.post(f"{page_of(it)}/remedy", data=typed)
    assert answer.status_code == 422
    assert "Byttet kortet." in answer.text
    assert now_of(session, it).remedy is None
    again = typed | {"version": now_of(session, it).version}
    assert manager.post(f"{page_of(it)}/remedy", data=again).status_code == 303


def test_what_is_missing_or_made_up_is_refused(
    session: ScopedSession, manager: FlaskClient
) -> None:
    it = one(session)
    version, page = it.version, page_of(it)
    agent = make_user(session, role=Role.AGENT)
    session.commit()
    for deed, data in (
        ("remedy", {"text": "x"}),
        ("remedy", {"remedy": "magic", "text": "x"}),
        ("next-update", {"next_due": "7"}),
        ("next-update", {"next_due": "x"}),
        ("handover", {"owner": agent.id}),
        ("ending", {}),
        ("owner", {"version": "x"}),
    ):
        answer = manager.post(f"{page}/{deed}", data={"version": version} | data)
        assert (deed, answer.status_code) == (deed, 422)
    assert manager.get(f"{BOARD}/SR-1").status_code == 404
    assert now_of(session, it).version == version


def test_an_internal_escalation_says_that_it_is(
    session: ScopedSession, manager: FlaskClient
) -> None:
    it = one(session, internal=True, reason="Kunden truer med avisen")
    assert "Bare ansatte ser" in manager.get(page_of(it)).text
    assert "Bare ansatte ser" in manager.get(BOARD).text
