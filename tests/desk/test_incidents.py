"""Keeping incidents: begun, told on, changed by two at once, solved; and who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Role
from portal.base.history import What, events_of
from portal.base.jobs import Job
from portal.incidents.models import Incident, IncidentUpdate
from portal.incidents.rules import Audience, State
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_incident, make_model, make_user
from tests.naughty import FIELDS

DESK = "/desk/incidents"
UPDATE = {
    "state": "investigating",
    "text_nb": "Vi undersøker.",
    "text_en": "We look into it.",
    "next_due": "60",
}
FACTS = {
    "title_nb": "Lens er treg",
    "title_en": "Lens is slow",
    "impact": "degraded",
    "services": ["lens"],
    "models": "",
    "audience": "public",
    "accounts": "",
    "started_on": "1.3.2026",
    "started_time": "12.30",
}
FORM = FACTS | UPDATE


@pytest.fixture
def erik(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.ESCALATION_MANAGER, name="Erik Leder"))


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Fjordhelse HF")


def only(session: Session) -> Incident:
    session.expire_all()
    return session.scalars(select(Incident)).one()


def test_an_incident_begins_with_its_first_update(session: Session, erik: FlaskClient) -> None:
    answer = erik.post(DESK, data=FORM | {"token": "t"}, follow_redirects=True)
    incident = only(session)
    assert answer.request.path == f"{DESK}/{incident.reference}"
    assert "The incident is published" in answer.text
    assert incident.started_at.isoformat() == "2026-03-01T11:30:00+00:00"  # typed in Norway
    assert (incident.state, incident.ended_at) == (State.INVESTIGATING, None)
    due = incident.next_update_due_at
    assert due
    assert timedelta(minutes=55) < due - clock.now() < timedelta(minutes=65)
    (update,) = incident.updates
    assert (update.text_nb, update.text_en) == ("Vi undersøker.", "We look into it.")
    assert "Erik Leder" in answer.text
    (job,) = session.scalars(select(Job).where(Job.name == "incidents.tell"))
    assert job.payload == {"update_id": update.id}


def test_sending_the_form_twice_begins_one(session: Session, erik: FlaskClient) -> None:
    first, second = (erik.post(DESK, data=FORM | {"token": "t"}) for _ in range(2))
    assert first.location == second.location
    assert len(only(session).updates) == 1
    path = f"{DESK}/{only(session).reference}/updates"
    for _ in range(2):
        assert erik.post(path, data=UPDATE | {"token": "u", "version": "1"}).status_code == 303
    assert len(only(session).updates) == 2


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"title_nb": "", "title_en": " "}, "title_nb", "Enter a title"),
        ({"title_en": "x" * 161}, "title_en", "at most 160 characters"),
        ({"services": []}, "services-0", "Choose what is affected"),
        ({"services": ["nonsense"]}, "services-0", "Choose what is affected"),
        ({"impact": ""}, "impact-0", "Choose the impact."),
        ({"models": "Studio Q9"}, "models", "There is no model called Studio Q9"),
        ({"audience": "chosen"}, "accounts", "Name the customers who can read of it."),
        ({"audience": "chosen", "accounts": "Nobody AS"}, "accounts", "no customer called Nobody"),
        ({"audience": "chosen", "accounts": "1042-2107-3"}, "accounts", "no customer called 1042"),
        ({"audience": "chosen", "accounts": "x\n" * 501}, "accounts", "Name at most 500."),
        ({"accounts": "Fjordhelse HF"}, "audience-0", "or name no customers"),
        ({"started_on": "1.3.2099"}, "started_on", "cannot have begun in the future"),
        ({"started_on": "1.3.1999"}, "started_on", "Enter a day of this time."),
        ({"started_on": "1.1.0001"}, "started_on", "Enter a day of this time."),
        ({"started_on": "31.12.9999"}, "started_on", "Enter a day of this time."),
        ({"started_on": "31.2.2026"}, "started_on", "31.2.2026 does not exist"),
        ({"started_time": "25.00"}, "started_time", "Write the time of day"),
        ({"text_nb": "", "text_en": "\r\n"}, "text_nb", "Write what people should know"),
        ({"text_en": "x" * 10_001}, "text_en", "at most 10,000 characters"),
        ({"state": "solved"}, "state-0", "is not solved yet"),
        ({"next_due": "1"}, "next_due", "Not a valid choice"),
    ],
)
def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(  # noqa: PLR0917
    session: Session,
    erik: FlaskClient,
    account: Account,
    wrong: dict[str, object],
    field: str,
    told: str,
) -> None:
    answer = erik.post(DESK, data=FORM | {"token": "t"} | wrong)
    assert answer.status_code == 422
    assert f'href="#{field}">' in answer.text
    assert told in answer.text
    assert 'value="12.30"' in answer.text or "started_time" in wrong
    assert session.scalars(select(Incident)).all() == []


def test_customers_are_chosen_by_name_or_number(
    session: Session, erik: FlaskClient, account: Account
) -> None:
    other, twin = make_account(session, "Nordlys Kraft AS"), make_account(session, "Tvilling AS")
    make_account(session, "Tvilling AS")
    named = f"fjordhelse hf\n{other.master_account_id}\n\nFjordhelse HF"
    form = FORM | {"token": "t", "audience": "chosen", "accounts": named}
    both = erik.post(DESK, data=form | {"accounts": "Tvilling AS"})
    assert "Several customers are called Tvilling AS." in both.text
    page = erik.post(DESK, data=form, follow_redirects=True).text
    assert {it.account_id for it in only(session).accounts} == {account.id, other.id}
    assert "Fjordhelse HF" in page
    edit = erik.get(f"{DESK}/{only(session).reference}/facts").text
    assert other.master_account_id in edit
    assert twin.master_account_id not in edit


def test_updates_move_it_on_until_it_is_solved_and_can_open_it_again(
    session: Session, erik: FlaskClient, travel: Callable[[timedelta], None]
) -> None:
    path = f"{DESK}/{make_incident(session).reference}"
    told = UPDATE | {"token": "1", "version": "1", "state": "watching", "next_due": "0"}
    assert erik.post(f"{path}/updates", data=told).status_code == 303
    assert (only(session).state, only(session).next_update_due_at) == (State.WATCHING, None)
    told |= {"token": "2", "version": "2", "state": "solved", "next_due": "60"}
    done = erik.post(f"{path}/updates", data=told, follow_redirects=True)
    assert "State: from Fixed, being watched to Solved" in done.text
    solved = only(session)
    assert (solved.state, solved.next_update_due_at) == (State.SOLVED, None)
    ended_at = solved.ended_at
    assert ended_at
    travel(timedelta(minutes=10))
    told |= {"token": "3", "version": "3", "text_nb": "Mer å si."}
    erik.post(f"{path}/updates", data=told)
    assert only(session).ended_at == ended_at  # that was when it ended
    told |= {"token": "4", "version": "4", "state": "investigating"}
    erik.post(f"{path}/updates", data=told)
    assert only(session).ended_at is None
    deeds = [event.what for event in session.scalars(events_of(only(session)))]
    assert deeds == [What.UPDATED] * 4
    states = [it.state for it in only(session).updates]
    assert states == [
        State.INVESTIGATING,
        State.WATCHING,
        State.SOLVED,
        State.SOLVED,
        State.INVESTIGATING,
    ]


def test_of_two_who_write_an_update_the_later_is_told(session: Session, erik: FlaskClient) -> None:
    path = f"{DESK}/{make_incident(session).reference}/updates"
    first = UPDATE | {"token": "1", "version": "1"}
    assert erik.post(path, data=first).status_code == 303
    late = erik.post(path, data=UPDATE | {"token": "2", "version": "1", "text_nb": "Mine ord"})
    assert late.status_code == 422
    assert "Someone else changed this" in late.text
    assert "Mine ord" in late.text
    assert "Vi undersøker." in late.text
    assert len(only(session).updates) == 2
    again = UPDATE | {"token": "2", "version": "2", "text_nb": "Mine ord"}
    assert erik.post(path, data=again).status_code == 303


def test_what_is_stated_is_changed_and_two_who_do_see_both(
    session: Session, erik: FlaskClient, account: Account
) -> None:
    make_model(session, "Studio X50")
    path = f"{DESK}/{make_incident(session).reference}/facts"
    changed = FACTS | {"version": "1", "services": ["lens", "video"], "models": "Studio X50"}
    page = erik.post(path, data=changed, follow_redirects=True).text
    assert "What is affected: from Poly Lens to Poly Lens and Video" in page
    assert "Models: from – to Studio X50" in page
    same = erik.post(path, data=changed | {"version": "2"}, follow_redirects=True)
    assert "Nothing was changed." in same.text
    chosen = {"audience": "chosen", "accounts": account.name, "models": ""}
    late = erik.post(path, data=changed | {"version": "1"} | chosen)
    assert late.status_code == 422
    assert "<b>Studio X50</b>" in late.text
    assert only(session).audience is Audience.PUBLIC
    assert erik.post(path, data=changed | {"version": "2"} | chosen).status_code == 303
    assert [it.account_id for it in only(session).accounts] == [account.id]


def test_when_it_ended_can_be_corrected_and_not_taken_away(
    session: Session, erik: FlaskClient
) -> None:
    made = make_incident(session, ended_at=clock.now() - timedelta(hours=1))
    path = f"{DESK}/{made.reference}/facts"
    assert 'name="ended_on"' in erik.get(path).text
    told = FACTS | {"version": "1"}
    ends = {"ended_on": "2.3.2026", "ended_time": "01.00"}
    assert "Enter when it ended." in erik.post(path, data=told).text
    early = erik.post(path, data=told | ends | {"ended_on": "28.2.2026"})
    assert "cannot have ended before it began" in early.text
    future = erik.post(path, data=told | ends | {"ended_on": "2.3.2090"})
    assert "cannot have ended in the future" in future.text
    assert erik.post(path, data=told | ends).status_code == 303
    assert str(only(session).ended_at) == "2026-03-02 00:00:00+00:00"


def test_one_that_goes_on_does_not_end_by_its_facts(session: Session, erik: FlaskClient) -> None:
    path = f"{DESK}/{make_incident(session).reference}/facts"
    assert 'name="ended_on"' not in erik.get(path).text
    told = FACTS | {"version": "1", "ended_on": "2.3.2026", "ended_time": "01.00"}
    assert erik.post(path, data=told).status_code == 303
    assert only(session).ended_at is None


def test_what_was_told_stays_as_it_was_written(session: Session) -> None:
    make_incident(session)
    update = session.scalars(select(IncidentUpdate)).one()
    update.text_en = "Something else"
    with pytest.raises(RuntimeError):
        session.flush()
    session.rollback()
    session.delete(session.scalars(select(IncidentUpdate)).one())
    with pytest.raises(RuntimeError):
        session.flush()
    session.rollback()


def test_staff_look_and_only_escalation_managers_keep_them(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    made = make_incident(session, "Wombats", accounts=[account])
    for role in (Role.ESCALATION_MANAGER, Role.AGENT, Role.CSM, Role.STAFF_ADMINISTRATOR):
        browser, keeps = sign_in(make_user(session, role=role)), role is Role.ESCALATION_MANAGER
        assert "Wombats" in browser.get(DESK).text
        page = browser.get(f"{DESK}/{made.reference}").text
        assert "Fjordhelse HF" in page
        assert ("/updates" in page) == ("/facts" in page) == keeps
        for path in (f"{DESK}/new", f"{DESK}/{made.reference}/facts"):
            assert browser.get(path).status_code == (200 if keeps else 403)
        refused = browser.post(f"{DESK}/{made.reference}/updates", data=UPDATE)
        assert refused.status_code == (422 if keeps else 403)


def test_the_list_is_searched_and_filtered(session: Session, erik: FlaskClient) -> None:
    now = clock.now()
    make_incident(session, "Goes on", next_update_due_at=now - timedelta(minutes=1))
    make_incident(session, "Is over", ended_at=now)
    for query, expected in {
        "": {"Goes on", "Is over"},
        "which=present": {"Goes on"},
        "which=over": {"Is over"},
        "which=x": {"Goes on", "Is over"},
        "q=OVER": {"Is over"},
        "q=nonsense": set(),
    }.items():
        text = erik.get(f"{DESK}?{query}").text
        assert {it for it in ("Goes on", "Is over") if f">{it}</a>" in text} == expected
    assert "Overdue" in erik.get(DESK).text
    for number in range(30):
        made = make_incident(session, f"More {number}", started_at=now - timedelta(days=number))
    assert 'rel="next"' in erik.get(DESK).text
    assert f">{made.title_en}</a>" not in erik.get(DESK).text
    after = next(it for it in session.scalars(select(Incident)) if it.title_en == "More 24")
    assert f">{made.title_en}</a>" in erik.get(f"{DESK}?after={after.reference}").text


def test_pages_cost_few_statements(
    session: Session, erik: FlaskClient, engine: Engine, account: Account
) -> None:
    path = f"{DESK}/{make_incident(session, accounts=[account]).reference}"
    for number in range(1, 4):
        told = UPDATE | {"token": f"t{number}", "version": str(number)}
        assert erik.post(f"{path}/updates", data=told).status_code == 303
    for where, most in ((DESK, 3), (path, 8)):
        erik.get(where)
        with counted(engine) as sent:
            assert erik.get(where).status_code == 200
        assert len(sent) <= most, sent


@pytest.mark.parametrize("odd", [*FIELDS, "", "-1", "1e309", "<script>"])
def test_whatever_is_sent_is_taken_or_refused_in_words(
    session: Session, erik: FlaskClient, odd: str
) -> None:
    path = f"{DESK}/{make_incident(session).reference}"
    form = FORM | {"version": "1", "token": "t", "ended_on": "", "ended_time": ""}
    for name in form:
        for door in (DESK, f"{path}/facts", f"{path}/updates"):
            status = erik.post(door, data=form | {name: odd}).status_code
            assert status in {303, 422}, (door, name)
