"""A request that concerns a cloud partner, from what the customer gives to the referral."""

import re
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.jobs import Job
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.models import CloudPartnerCase, CloudPartnerStep
from portal.cloud_partners.rules import Stage
from portal.service_requests.clocks import StepKind
from portal.service_requests.handling import change_status
from portal.service_requests.mail_facts import facts_for
from portal.service_requests.queries import steps_of
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_user
from tests.request_desk.conftest import desk, fresh, page_of
from tests.request_pages.test_showing import words
from tests.service_requests.world import World

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
CLOUD = "cloud-partner"


def case_of(world: World, asked: int) -> CloudPartnerCase:
    query = select(CloudPartnerCase).where(CloudPartnerCase.request_id == asked)
    return world.look(staff=True).scalars(query).one()


def versioned(world: World, asked: int, **told: Any) -> dict[str, Any]:
    return {"version": str(case_of(world, asked).version), **told}


def begun(anna: FlaskClient, asked: int, **told: Any) -> None:
    data = fresh(partner="zoom") | told
    assert anna.post(desk(asked, CLOUD), data=data).status_code == 303


def step(anna: FlaskClient, world: World, asked: int, stage: str, **told: Any) -> Any:
    data = versioned(world, asked, **told)
    return anna.post(desk(asked, CLOUD, stage), data=data)


def agreed(ola: FlaskClient, world: World, asked: int) -> None:
    data = versioned(world, asked, number="ZM-77", valid_until="31.12.2027")
    assert ola.post(page_of(asked, CLOUD, "agreement"), data=data).status_code == 303


def authorize(ola: FlaskClient, world: World, asked: int, **told: Any) -> Any:
    data = versioned(world, asked, dated="20.11.2026", authorized_until="31.12.2026")
    data |= {"files": (BytesIO(PDF), "fullmakt.pdf")} | told
    return ola.post(page_of(asked, CLOUD, "authorization"), data=data)


def test_a_case_goes_from_authorization_to_referral(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    assert ola.get(page_of(asked, CLOUD)).status_code == 404
    begun(anna, asked, authorization="y")
    assert "Send the authorization" in ola.get(page_of(asked, CLOUD)).text
    page = words(ola.get(page_of(asked)).text)
    assert "Together with Zoom" in page
    assert "We need something from you" in page.partition("What was said and done")[0]
    assert page.count("We need something from you") == 1

    agreed(ola, world, asked)
    assert authorize(ola, world, asked).status_code == 303
    there = ola.get(page_of(asked, CLOUD)).text
    assert "ZM-77" in there
    assert "fullmakt.pdf" in there
    assert ola.get(page_of(asked, CLOUD, "authorization")).data == PDF
    assert anna.get(desk(asked, CLOUD, "file")).data == PDF

    told = {"state": "under_way", "number": "12345", "text": "Zoom ser på det."}
    told |= {"next_day": "31.12.2027", "next_time": "12.00"}
    assert step(anna, world, asked, "incident", **told).status_code == 303
    request = world.get(asked)
    assert request.status is Status.WAITING_FOR_CLOUD_PARTNER
    assert request.waiting_for_en == "Zoom case 12345"
    page = words(ola.get(page_of(asked)).text)
    assert "12345, opened" in page
    assert "Next update by 31 December 2027" in page.partition("What was said and done")[0]
    assert "Now they stand still, while we wait for Zoom." in page

    told = {"state": "done", "text": "Feilen ligger hos Zoom."}
    assert step(anna, world, asked, "findings", **told).status_code == 303
    assert world.get(asked).status is Status.IN_PROGRESS
    told = {"state": "done", "text": "Bruk nettleseren."}
    assert step(anna, world, asked, "workaround", **told).status_code == 303
    told = {"state": "done", "text": "Ring Zoom og oppgi 12345."}
    assert step(anna, world, asked, "referral", **told).status_code == 303
    there = words(ola.get(page_of(asked, CLOUD)).text)
    for each in ("Feilen ligger hos Zoom.", "Bruk nettleseren.", "Ring Zoom og oppgi 12345."):
        assert each in there
    assert "Referred to the partner Done" in there
    kinds = [it.kind.value for it in world.look(staff=True).scalars(select(CloudPartnerStep))]
    assert sorted(kinds) == sorted(set(Stage) - {Stage.CALL})


def test_what_the_customer_is_to_give_waits_for_the_customer(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request(subject="Ingen lyd i Zoom")
    begun(anna, asked, authorization="y")
    request = world.get(asked)
    both = "support agreement with Zoom and signed authorization"
    assert (request.status, request.waiting_for_en) == (Status.WAITING_FOR_CUSTOMER, both)
    assert request.waiting_for == "støtteavtale med Zoom og signert fullmakt"
    assert request.due_at is None  # our clocks stand still
    assert "Ingen lyd i Zoom" in ola.get("/service-requests?view=waiting").text
    needs_you = words(ola.get("/").text).partition("Open requests")[0]
    assert "Ingen lyd i Zoom" in needs_you
    page = words(ola.get(page_of(asked)).text)
    assert f"Waiting for you: {both}" in page
    assert "Support agreement with the partner Waiting for you" in page
    assert "Signed authorization Waiting for you" in page
    assert "Incident opened with the partner Waiting " in page
    assert "Incident opened with the partner Waiting for you" not in page
    staff = words(anna.get(desk(asked, CLOUD)).text)
    assert "Signed authorization Waiting for the customer" in staff

    agreed(ola, world, asked)
    request = world.get(asked)
    assert (request.status, request.waiting_for, request.waiting_for_en) == (
        Status.WAITING_FOR_CUSTOMER,
        "signert fullmakt",
        "signed authorization",
    )
    assert authorize(ola, world, asked).status_code == 303
    request = world.get(asked)
    assert (request.status, request.waiting_for) == (Status.IN_PROGRESS, "")
    assert (request.waiting_for_en, request.due_at is not None) == (None, True)
    assert "Ingen lyd i Zoom" not in ola.get("/service-requests?view=waiting").text


def test_what_staff_asked_for_besides_is_waited_for_still(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    waits: dict[str, Any] = {"waiting_for": "loggen", "by": world.anna}
    world.do(asked, change_status, Status.WAITING_FOR_CUSTOMER, **waits)
    begun(anna, asked, authorization="y")
    agreed(ola, world, asked)
    assert world.get(asked).waiting_for == "loggen"
    told = step(anna, world, asked, "authorization", state="not_needed")
    assert told.status_code == 303  # what staff do is no answer of the customer's
    assert world.get(asked).status is Status.WAITING_FOR_CUSTOMER


def test_asking_for_more_waits_for_the_customer_again_but_not_while_the_partner_has_it(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    begun(anna, asked)
    agreed(ola, world, asked)
    assert world.get(asked).status is Status.IN_PROGRESS
    assert step(anna, world, asked, "authorization", state="waiting").status_code == 303
    assert world.get(asked).waiting_for_en == "signed authorization"
    assert step(anna, world, asked, "authorization", state="not_needed").status_code == 303
    assert world.get(asked).status is Status.IN_PROGRESS
    told = {"state": "under_way", "number": "12345"}
    assert step(anna, world, asked, "incident", **told).status_code == 303
    assert step(anna, world, asked, "authorization", state="waiting").status_code == 303
    assert world.get(asked).status is Status.WAITING_FOR_CLOUD_PARTNER


def test_every_step_is_on_record_and_told(
    anna: FlaskClient, ola: FlaskClient, world: World, session: ScopedSession
) -> None:
    session.get_one(User, world.ola.id).language = "nb"
    session.commit()
    asked = world.request()
    begun(anna, asked)
    agreed(ola, world, asked)
    step(anna, world, asked, "incident", state="under_way", number="9")
    assert world.get(asked).waiting_for == "Zoom-sak 9"

    events = session.scalars(select(Event).where(Event.record_id == asked)).all()
    whats = [it.what for it in events]
    assert whats.count(What.CLOUD_PARTNER_BEGUN) == 1
    assert whats.count(What.CLOUD_PARTNER_STEP) == 2
    asked_for = select(Job).where(Job.name.endswith(".tell")).order_by(Job.id)
    names = [it.name for it in session.scalars(asked_for)]
    assert names == ["service_requests.tell", *["cloud_partners.tell"] * 3]
    page = words(ola.get(page_of(asked)).text)
    assert "Hendelse meldt til partneren: i gang" in page


def test_a_referral_needs_findings(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    begun(anna, asked)

    refused = step(anna, world, asked, "referral", state="done", text="Gå til Zoom.")

    assert refused.status_code == 422
    assert "Record the findings first" in refused.text
    assert "Gå til Zoom." in refused.text


def test_no_incident_is_opened_without_agreement_or_with_an_authorization_that_ran_out(
    ola: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked, told = world.request(), {"state": "under_way", "number": "12345"}
    anna = sign_in(world.anna)
    begun(anna, asked, authorization="y")
    assert "agreement with the partner first" in step(anna, world, asked, "incident", **told).text
    agreed(ola, world, asked)
    assert "is not here yet" in step(anna, world, asked, "incident", **told).text
    authorize(ola, world, asked)

    with time_machine.travel("2027-01-02T12:00:00+01:00", tick=False):
        anna, ola = sign_in(world.anna), sign_in(world.ola)
        refused = step(anna, world, asked, "incident", **told)
        page = words(ola.get(page_of(asked)).text)
        there = ola.get(page_of(asked, CLOUD)).text
        gone = authorize(ola, world, asked, authorized_until="1.1.2027")
        renewed = authorize(ola, world, asked, authorized_until="31.12.2027")
        opened = step(anna, world, asked, "incident", **told)

    assert "Ask the customer for a new one." in refused.text
    assert "The authorization ran out on 31 December 2026. Upload a new one." in page
    assert "Send the authorization" in there
    assert "This authorization has run out." in gone.text
    assert (renewed.status_code, opened.status_code) == (303, 303)


def test_a_call_is_told_in_the_zones_of_all_and_goes_into_a_calendar(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    hostile = 'Ta med logg; "ja", \\ takk\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nÆØÅ' + "å" * 80
    asked = world.request(subject="Møte;\\n,ATTACH:http://x")
    begun(anna, asked, partner="other", partner_name="Åse, Video; AS")
    told = {"state": "under_way", "call_day": "1.12.2027", "call_time": "9.00", "minutes": "45"}
    told |= {"zone": "America/New_York", "text": hostile}
    assert step(anna, world, asked, "call", **told).status_code == 303

    page = ola.get(page_of(asked, CLOUD)).text
    assert "1 December 2027 at 15" in words(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "in New York" in page
    path = re.search(r'href="([^"]+\.ics)"', page)
    assert path
    file = ola.get(path[1])
    assert file.content_type == "text/calendar; charset=utf-8"
    assert file.headers["Content-Disposition"].startswith("attachment;")
    raw = file.data.decode()
    assert all(len(line.encode()) <= 75 for line in raw.split("\r\n"))
    lines = raw.replace("\r\n ", "").split("\r\n")
    assert [it.partition(":")[0] for it in lines if it] == [
        *("BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND"),
        *("SUMMARY", "DESCRIPTION", "END", "END"),
    ]
    assert "DTSTART:20271201T140000Z" in lines
    assert "DTEND:20271201T144500Z" in lines
    assert r"Åse\, Video\; AS" in raw.replace("\r\n ", "")
    assert anna.get(path[1].replace("/service", "/desk/service")).status_code == 200


@pytest.mark.parametrize("below", ["", "/agreement", "/authorization", "/calls/1.ics"])
def test_to_other_accounts_there_is_no_case(
    anna: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World, below: str
) -> None:
    asked = world.request()
    begun(anna, asked)
    stranger = make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)
    session.commit()

    browser, path = sign_in(stranger), page_of(asked, CLOUD) + below
    method = "POST" if below in {"/agreement", "/authorization"} else "GET"
    assert browser.open(path, method=method, data={"version": "1"}).status_code == 404
    assert case_of(world, asked).version == 1


def test_an_observer_sees_every_step_and_writes_none(
    anna: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    begun(anna, asked)
    looking = make_user(session, account=world.account, role=Role.OBSERVER)
    session.commit()

    browser = sign_in(looking)
    assert "Send the agreement" not in browser.get(page_of(asked, CLOUD)).text
    for door in ("agreement", "authorization"):
        told = versioned(world, asked, number="1", valid_until="31.12.2027")
        assert browser.post(page_of(asked, CLOUD, door), data=told).status_code == 403
    assert browser.get(desk(asked, CLOUD)).status_code == 403


def test_of_two_at_once_the_second_is_shown_what_came_between(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    begun(anna, asked)
    opened = versioned(world, asked, state="done", text="Min tekst")
    agreed(ola, world, asked)

    stale = anna.post(desk(asked, CLOUD, "isolating"), data=opened)

    assert stale.status_code == 422
    assert "Someone else changed this" in stale.text
    assert "Min tekst" in stale.text


def test_a_case_is_begun_once(anna: FlaskClient, world: World) -> None:
    asked, data = world.request(), fresh(partner="teams")
    first = [anna.post(desk(asked, CLOUD), data=data).status_code for _ in range(2)]
    again = anna.post(desk(asked, CLOUD), data=fresh(partner="zoom"))
    unnamed = anna.post(desk(world.request(), CLOUD), data=fresh(partner="other"))

    assert first == [303, 303]
    assert "has a cloud partner case already" in again.text
    assert "Enter the name of the partner." in unnamed.text


@pytest.mark.parametrize(
    ("stage", "told", "says"),
    [
        ("incident", {"state": "under_way"}, "incident number"),
        ("findings", {"state": "done"}, "Say what was found."),
        ("call", {"state": "under_way", "zone": "Europe/Oslo"}, "Enter both the day and the time."),
        ("isolating", {"state": "done", "next_day": "1.1.2020", "next_time": "8"}, "8"),
        (
            "isolating",
            {"state": "done", "next_day": "1.1.2020", "next_time": "8.00"},
            "Choose a time to come.",
        ),
        ("agreement", {"state": "done", "number": "1"}, "Enter the last day."),
        ("authorization", {"state": "done"}, "has sent no authorization yet"),
    ],
)
def test_what_is_missing_is_said(
    anna: FlaskClient, world: World, stage: str, told: dict[str, str], says: str
) -> None:
    asked = world.request()
    begun(anna, asked)

    refused = step(anna, world, asked, stage, **told)

    assert refused.status_code == 422
    assert says in refused.text


def test_the_page_of_the_request_takes_no_statement_more(
    anna: FlaskClient, ola: FlaskClient, world: World, engine: Engine
) -> None:
    asked = world.request()
    ola.get(page_of(asked))
    with counted(engine) as before:
        ola.get(page_of(asked))
    begun(anna, asked)
    for number in range(4):
        world.later(minutes=1)
        step(anna, world, asked, "isolating", state="under_way", text=f"Runde {number}")
    ola.get(page_of(asked))
    with counted(engine) as after:
        ola.get(page_of(asked))
    assert len(after) == len(before) <= 8
    with counted(engine) as there:
        ola.get(page_of(asked, CLOUD))
    assert len(there) <= 8


def test_what_staff_say_with_a_step_is_an_answer_and_what_they_only_note_is_none(
    anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()

    def answers() -> list[int | None]:
        steps = world.look(staff=True).scalars(steps_of(asked))
        return [it.by_id for it in steps if it.kind is StepKind.ANSWERED]

    begun(anna, asked)
    assert step(anna, world, asked, "isolating", state="under_way").status_code == 303
    agreed(ola, world, asked)
    assert answers() == []
    told = step(anna, world, asked, "isolating", state="done", text="Det er ikke enheten.")
    assert told.status_code == 303
    assert answers() == [world.anna.id]
    assert world.get(asked).first_response_due_at is None


@pytest.mark.parametrize(
    ("day", "says"),
    [("28.03.2027", "does not exist on that day"), ("31.10.2027", "comes twice on that day")],
)
def test_a_call_is_at_a_time_that_there_is_once(
    anna: FlaskClient, ola: FlaskClient, world: World, day: str, says: str
) -> None:
    asked = world.request()
    begun(anna, asked)
    agreed(ola, world, asked)
    told = {"state": "under_way", "call_day": day, "minutes": "30", "zone": "Europe/Oslo"}
    answer = step(anna, world, asked, "call", call_time="02.30", **told)
    assert answer.status_code == 422
    assert says in answer.text
    assert case_of(world, asked).call_at is None
    assert step(anna, world, asked, "call", call_time="04.30", **told).status_code == 303


def test_each_reads_in_their_language_what_is_waited_for(
    session: ScopedSession, anna: FlaskClient, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    session.get_one(User, world.ola.id).language = "nb"
    session.commit()
    begun(anna, asked, authorization="y")
    assert "støtteavtale med Zoom" in world.get(asked).waiting_for
    assert "Venter på deg: støtteavtale med Zoom" in words(ola.get(page_of(asked)).text)
    session.get_one(User, world.ola.id).language = "en"
    session.commit()
    assert "støtteavtale med Zoom" not in ola.get(page_of(asked)).text
    both = "support agreement with Zoom and signed authorization"
    for page in (ola.get(page_of(asked)).text, anna.get(desk(asked)).text):
        assert both in words(page)
    for name, line in (("en", both), ("nb", "støtteavtale med Zoom og signert fullmakt")):
        reader = world.look().get_one(User, world.ola.id)
        reader.language = name
        told = facts_for(world.get(asked), reader, None, by_itself=False)
        assert told["waiting_for"].endswith(f": {line}")
        assert told["stands"].endswith(f": {line}")


def test_what_staff_leave_as_it_was_shown_stays_in_both_languages(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    begun(anna, asked, authorization="y")
    both = "support agreement with Zoom and signed authorization"
    assert f'value="{both}"' in anna.get(desk(asked, "status")).text
    waits = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": both}
    world.do(asked, change_status, by=world.anna, **waits)
    assert world.get(asked).waiting_for == "støtteavtale med Zoom og signert fullmakt"
    waits["waiting_for"] = "send the log"
    world.do(asked, change_status, by=world.anna, **waits)
    request = world.get(asked)
    assert (request.waiting_for, request.waiting_for_en) == ("send the log", None)


def test_what_somebody_wrote_is_read_in_their_words(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    waits = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggen"}
    world.do(asked, change_status, by=world.anna, **waits)
    assert "Waiting for you: send loggen" in words(ola.get(page_of(asked)).text)
