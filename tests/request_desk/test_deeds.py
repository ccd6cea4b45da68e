"""Each deed of a request at the desk: done once, on the request as it was seen, by who may."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.jobs import Job
from portal.base.mails import Mail
from portal.base.references import reference
from portal.base.tenancy import Scope, ScopedSession
from portal.request_desk.deed_list import DEEDS
from portal.service_requests.actions import close_request, reply
from portal.service_requests.desk_models import ServiceRequestLink, TimeSpent
from portal.service_requests.handling import change_status
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.opening import open_request
from portal.service_requests.rules import LinkKind, Status
from portal.service_requests.taking import take
from tests.conftest import SignInAs
from tests.factories import make_account, make_incident, make_issue, make_user
from tests.request_desk.conftest import desk, fresh, versioned
from tests.service_requests.world import By, World, said


def number(request_id: int) -> str:
    return reference("SR", request_id)


def elsewhere(session: ScopedSession, world: World) -> int:
    """A request of another customer."""
    other = make_account(session)
    user = make_user(session, account=other)
    session.commit()
    with world.sessions(scope=Scope(frozenset({other.id}), other.id)) as there, there.begin():
        return open_request(there, said(), by=By(user.id), now=world.now).id


def test_each_deed_has_a_page_and_says_what_it_does(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    for name, deed in DEEDS.items():
        told = anna.get(desk(asked, name))
        if name == "reopening":
            assert told.status_code == 303
        else:
            assert deed.title in told.text
            assert deed.button in told.text


@pytest.mark.parametrize("name", DEEDS)
def test_nobody_but_those_who_work_with_requests_does_them(
    name: str, session: Session, sign_in: SignInAs, ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    logistics = sign_in(make_user(session, role=Role.LOGISTICS))
    for browser in (ola, logistics):
        assert browser.get(desk(asked, name)).status_code == 403
        assert browser.post(desk(asked, name)).status_code == 403


def test_one_takes_it_gives_it_to_another_and_gives_it_back(
    anna: FlaskClient, world: World
) -> None:
    asked = world.request()

    def give(owner: str) -> int | None:
        form = versioned(world, asked, owner=owner)
        assert anna.post(desk(asked, "ownership"), data=form).status_code == 303
        return world.get(asked).owner_id

    assert give(str(world.anna.id)) == world.anna.id
    assert world.get(asked).status is Status.IN_PROGRESS
    assert give(str(world.erik.id)) == world.erik.id
    assert give("") is None
    form = versioned(world, asked, owner=str(world.ola.id))
    assert anna.post(desk(asked, "ownership"), data=form).status_code == 422


def notice(page: str) -> str:
    found = re.search(r'<p class="ds-alert" data-color="info"[^>]*autofocus>(.*?)</p>', page)
    return found[1] if found else ""


def test_what_nobody_has_is_taken_by_one_button(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    assert 'id="take"' in anna.get(desk(asked)).text

    for _twice in range(2):
        answer = anna.post(desk(asked, "taking"), follow_redirects=True)
        assert "The request is yours now." in answer.text

    assert 'id="take"' not in answer.text
    assert world.get(asked).owner_id == world.anna.id
    assert world.get(asked).status is Status.IN_PROGRESS


def test_what_somebody_has_is_not_taken_but_given(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    world.do(asked, take, by=world.erik)
    page = anna.get(desk(asked)).text
    assert 'id="take"' not in page

    refused = anna.post(desk(asked, "taking"))

    assert refused.status_code == 422
    assert notice(refused.text) == f"Erik Leder has {number(asked)}."
    assert "Correct this before you go on" not in refused.text  # there is nothing to correct
    assert "<title>Error" not in refused.text
    assert world.get(asked).owner_id == world.erik.id
    form = versioned(world, asked, owner=str(world.anna.id))
    assert f'href="{desk(asked, "ownership")}"' in page
    assert anna.post(desk(asked, "ownership"), data=form).status_code == 303
    assert world.get(asked).owner_id == world.anna.id


def test_what_is_closed_is_not_taken(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    world.do(asked, close_request, solved=True, by=world.ola)
    assert 'id="take"' not in anna.get(desk(asked)).text

    refused = anna.post(desk(asked, "taking"))

    assert refused.status_code == 422
    assert f"{number(asked)} is closed." in refused.text
    assert world.get(asked).owner_id is None


def test_of_two_agents_who_take_it_at_once_one_has_it_and_the_other_is_told(
    sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    agents = {it.name: sign_in(it) for it in (world.anna, world.erik)}

    with ThreadPoolExecutor(2) as both:
        found = dict(
            zip(
                agents,
                both.map(lambda it: it.post(desk(asked, "taking")), agents.values()),
                strict=True,
            )
        )

    assert sorted(it.status_code for it in found.values()) == [303, 422]
    (winner,) = (name for name, it in found.items() if it.status_code == 303)
    (lost,) = (it for it in found.values() if it.status_code == 422)
    assert f"{winner} has {number(asked)}." in lost.text
    owner = {world.anna.id: world.anna.name, world.erik.id: world.erik.name}
    assert owner[world.get(asked).owner_id or 0] == winner


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("ownership", {"owner": ""}),
        ("severity", {"severity": "critical"}),
        ("status", {"status": "solved"}),
        ("workaround", {}),
        ("known-issue", {"number": ""}),
        ("merger", {"other": "SR-1000013"}),
    ],
)
def test_what_changes_the_request_is_refused_when_somebody_changed_it_meanwhile(
    name: str, form: dict[str, Any], anna: FlaskClient, world: World
) -> None:
    asked = world.request()
    stale = versioned(world, asked, **form)
    world.do(asked, take, by=world.erik)
    before = world.get(asked)
    told = anna.post(desk(asked, name), data=stale)
    assert told.status_code == 422
    assert "Someone else changed this while you were writing." in told.text
    after = world.get(asked)
    assert (after.version, after.severity, after.status) == (
        before.version,
        before.severity,
        before.status,
    )


def test_a_severity_is_changed_and_a_workaround_lowers_it(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    anna.post(desk(asked, "severity"), data=versioned(world, asked, severity="critical"))
    assert world.get(asked).severity is Severity.CRITICAL
    unsaid = anna.post(desk(asked, "workaround"), data=versioned(world, asked, text=" "))
    assert (unsaid.status_code, "Describe the workaround." in unsaid.text) == (422, True)
    assert world.get(asked).severity is Severity.CRITICAL
    form = versioned(world, asked, text="Bruk kabel så lenge.")
    assert anna.post(desk(asked, "workaround"), data=form).status_code == 303
    assert world.get(asked).severity is Severity.HIGH
    again = anna.post(desk(asked, "workaround"), data=form)
    assert (again.status_code, "Bruk kabel så lenge." in again.text) == (422, True)


def test_the_customer_reads_which_workaround_in_the_request_and_in_one_mail(
    *,
    anna: FlaskClient,
    ola: FlaskClient,
    session: Session,
    world: World,
    run_jobs: Callable[..., int],
) -> None:
    session.get_one(User, world.ola.id).language = "nb"
    session.commit()
    asked = world.request()
    while run_jobs():
        pass
    theirs = select(Mail).where(Mail.address == world.ola.email).order_by(Mail.id)
    before = len(session.scalars(theirs).all())
    session.rollback()
    form = versioned(world, asked, text="Bruk kabel så lenge.")
    assert anna.post(desk(asked, "workaround"), data=form).status_code == 303
    while run_jobs():
        pass
    (mail,) = session.scalars(theirs).all()[before:]
    assert mail.text.startswith(f"Anna Agent har funnet en midlertidig løsning i {number(asked)}")
    assert "Bruk kabel så lenge." in mail.text
    assert "Alvorlighetsgraden er fra nå av: Lav." in mail.text
    page = ola.get(f"/service-requests/{number(asked)}").text
    story = page.partition('<li id="m2"')[2].partition("</li>")[0]
    for told in (
        "Anna Agent",
        "Midlertidig løsning",
        "Bruk kabel så lenge.",
        "fra Middels til Lav",
    ):
        assert told in story
    low = anna.post(desk(asked, "workaround"), data=versioned(world, asked, text="Enda en."))
    assert (low.status_code, world.get(asked).severity) == (422, Severity.LOW)


def test_a_status_that_waits_says_for_what(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    form = {"status": "waiting_for_customer", "waiting_for": ""}
    told = anna.post(desk(asked, "status"), data=versioned(world, asked, **form))
    assert told.status_code == 422
    assert "Say in a few words what you wait for." in told.text
    form["waiting_for"] = "send loggen"
    anna.post(desk(asked, "status"), data=versioned(world, asked, **form))
    assert world.get(asked).waiting_for == "send loggen"


def test_what_is_waited_for_can_be_changed_and_the_customer_hears_of_it(
    anna: FlaskClient, ola: FlaskClient, session: Session, world: World
) -> None:
    asked = world.request()
    waits: dict[str, Any] = {"status": Status.WAITING_FOR_CUSTOMER, "waiting_for": "send loggen"}
    world.do(asked, reply, "Hei", by=world.anna, **waits)
    page = anna.get(desk(asked, "status")).text
    assert 'selected value="waiting_for_customer"' in page
    assert 'value="send loggen"' in page
    before = len(session.scalars(select(Job)).all())
    session.rollback()
    form = {"status": "waiting_for_customer", "waiting_for": "send bildet"}
    for times in (1, 2):  # the second says nothing new
        told = anna.post(desk(asked, "status"), data=versioned(world, asked, **form))
        assert told.status_code == 303
        assert world.get(asked).waiting_for == "send bildet"
        assert len(session.scalars(select(Job)).all()) == before + 1, times
        session.rollback()
    shown = ola.get(f"/service-requests/{world.get(asked).reference}").text
    assert "send bildet" in shown
    assert shown.count("What is waited for changed") == 1


def test_time_is_noted_once_and_seen_by_staff(
    anna: FlaskClient, session: Session, world: World
) -> None:
    asked, form = world.request(), fresh(minutes="45", time_note="Lette i loggen")
    for _ in range(2):
        anna.post(desk(asked, "time"), data=form)
    assert [it.minutes for it in session.scalars(select(TimeSpent))] == [45]
    assert "45 minutes" in anna.get(desk(asked)).text
    for wrong in ("0", "1441", "mange", ""):
        told = anna.post(desk(asked, "time"), data=fresh(minutes=wrong, time_note="Lette"))
        assert told.status_code == 422
        assert "Lette" in told.text


def test_one_is_merged_into_another_of_the_customer(anna: FlaskClient, world: World) -> None:
    asked, other = world.request(), world.request()
    form = versioned(world, asked, other=f"{number(other)} Ingen lyd", seen=number(other))
    told = anna.post(desk(asked, "merger"), data=form)
    assert told.location == desk(other)
    assert world.get(asked).merged_into_id == other
    assert world.get(asked).status is Status.CLOSED


def test_what_explains_the_one_explains_the_other_once_they_are_one(
    session: Session, anna: FlaskClient, world: World
) -> None:
    asked, other = world.request(), world.request()
    issue, incident = make_issue(session).id, make_incident(session).id
    session.commit()
    for noun, told in (("known-issue", f"KI-{issue}"), ("incident", f"INC-{incident}")):
        prefix = told.partition("-")[0]
        named = reference(prefix, int(told.partition("-")[2]))
        form = versioned(world, asked, number=named)
        assert anna.post(desk(asked, noun), data=form).status_code == 303
    form = versioned(world, asked, other=number(other), seen=number(other))
    assert anna.post(desk(asked, "merger"), data=form).status_code == 303
    into = world.get(other)
    assert (into.known_issue_id, into.incident_id) == (issue, incident)


def test_what_goes_on_with_a_cloud_partner_is_not_closed_by_a_merger(
    anna: FlaskClient, world: World
) -> None:
    asked, other = world.request(), world.request()
    assert anna.post(desk(asked, "cloud-partner"), data=fresh(partner="zoom")).status_code == 303
    form = versioned(world, asked, other=number(other), seen=number(other))
    told = anna.post(desk(asked, "merger"), data=form)
    assert told.status_code == 422
    assert "Merge the other one into this one instead." in told.text
    assert world.get(asked).merged_into_id is None
    form = versioned(world, other, other=number(asked), seen=number(asked))
    assert anna.post(desk(other, "merger"), data=form).status_code == 303


def test_of_what_is_canceled_nothing_is_offered_that_leads_on(
    anna: FlaskClient, world: World
) -> None:
    asked, other = world.request(), world.request()
    assert desk(asked, "ownership") in anna.get(desk(asked)).text
    world.do(asked, change_status, Status.CANCELED, by=world.anna)
    page = anna.get(desk(asked)).text
    for name, told in (
        ("ownership", {"owner": str(world.erik.id)}),
        ("merger", {"other": number(other), "seen": number(other)}),
    ):
        assert desk(asked, name) not in page
        answer = anna.post(desk(asked, name), data=versioned(world, asked, **told))
        assert answer.status_code == 422
        assert "This request is canceled. Open a new one." in answer.text


def test_nothing_is_merged_before_the_other_was_seen(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    other = world.request(subject="Skriveren er <tom>", severity=Severity.HIGH)
    world.do(other, take, by=world.erik)
    form = versioned(world, asked, other=number(other))

    told = anna.post(desk(asked, "merger"), data=form)

    assert told.status_code == 200
    shown = told.text.partition('id="other-one"')[2].partition("</section>")[0]
    for words in ("Skriveren er &lt;tom&gt;", number(other), "In progress", "High", "Erik Leder"):
        assert words in shown
    assert world.get(asked).merged_into_id is None
    assert world.get(asked).status is Status.NEW
    # Another one than was shown is shown first as well.
    third = world.request()
    form = versioned(world, asked, other=number(third), seen=number(other))
    assert anna.post(desk(asked, "merger"), data=form).status_code == 200
    assert world.get(asked).merged_into_id is None
    seen = form | {"seen": re.findall(r'name="seen"[^>]*value="(.*?)"', told.text)[0]}
    assert anna.post(desk(asked, "merger"), data=seen | {"other": number(other)}).status_code == 303
    assert world.get(asked).merged_into_id == other


def test_who_merges_the_worse_into_the_other_says_how_bad_that_is_then(
    anna: FlaskClient, world: World
) -> None:
    asked, other = world.request(severity=Severity.CRITICAL), world.request(severity=Severity.LOW)
    form = versioned(world, asked, other=number(other))

    told = anna.post(desk(asked, "merger"), data=form)

    assert told.status_code == 422
    assert "This one is “Critical”, the other “Low”. Choose how severe it is then." in told.text
    assert f'value="{number(other)}"' in told.text
    assert world.get(asked).merged_into_id is None
    assert 'id="other-one"' in told.text  # so it was seen
    form |= {"severity": "critical", "seen": number(other)}
    assert anna.post(desk(asked, "merger"), data=form).status_code == 303
    assert world.get(other).severity is Severity.CRITICAL


@pytest.mark.parametrize(("here", "there", "chosen"), [
    (Severity.CRITICAL, Severity.LOW, "low"), (Severity.LOW, Severity.HIGH, ""),
])  # fmt: skip
def test_otherwise_the_other_stays_as_severe_as_it_is(
    anna: FlaskClient, world: World, here: Severity, there: Severity, chosen: str
) -> None:
    asked, other = world.request(severity=here), world.request(severity=there)
    form = versioned(world, asked, other=number(other), severity=chosen, seen=number(other))
    assert anna.post(desk(asked, "merger"), data=form).status_code == 303
    assert world.get(other).severity is there


@pytest.mark.parametrize("name", ["merger", "link"])
def test_what_is_another_customers_is_not_found(
    name: str, anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked, other = world.request(), elsewhere(session, world)
    for typed in (number(other), number(asked), "SR-1000014", "tull"):
        form = versioned(world, asked, other=typed, kind="related", internal="1") | fresh()
        told = anna.post(desk(asked, name), data=form)
        assert told.status_code == 422
        assert "We find no other request of this customer by that number." in told.text
        assert f'value="{typed}"' in told.text


def test_a_link_is_seen_by_whom_it_was_made_for(
    anna: FlaskClient, session: Session, world: World
) -> None:
    asked, other = world.request(), world.request()
    for internal, kind in (("1", "related"), ("0", "duplicate")):
        form = fresh(other=number(other), kind=kind, internal=internal)
        assert anna.post(desk(asked, "link"), data=form).status_code == 303
    lines = session.scalars(select(ServiceRequestLink).order_by(ServiceRequestLink.id)).all()
    assert [(it.kind, it.internal) for it in lines] == [
        (LinkKind.RELATED, True),
        (LinkKind.DUPLICATE, False),
    ]


def test_chosen_messages_become_a_request_of_their_own_once(
    anna: FlaskClient, session: Session, world: World
) -> None:
    asked = world.request()
    world.do(asked, reply, "Og skriveren er tom", by=world.ola)
    query = select(ServiceRequestMessage.id).order_by(ServiceRequestMessage.id.desc())
    last = session.scalars(query).first()
    form = fresh(messages=[str(last)], subject="Tom skriver")
    first, second = (anna.post(desk(asked, "split"), data=form) for _ in range(2))
    assert first.location == second.location
    requests = session.scalars(select(ServiceRequest).order_by(ServiceRequest.id)).all()
    assert [it.subject for it in requests] == ["Ingen lyd i møterommet", "Tom skriver"]

    told = anna.post(desk(asked, "split"), data=fresh(messages=[], subject="Tom skriver"))
    assert told.status_code == 422
    assert "Choose at least one message that the customer sees." in told.text
    assert "Tom skriver" in told.text


def test_messages_of_another_request_are_no_choice(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked, other = world.request(), elsewhere(session, world)
    query = select(ServiceRequestMessage.id).where(ServiceRequestMessage.request_id == other)
    form = fresh(messages=[str(session.scalars(query).one())], subject="Deres")
    assert anna.post(desk(asked, "split"), data=form).status_code == 422


def test_a_known_issue_and_an_incident_are_named_by_number(
    anna: FlaskClient, session: Session, world: World
) -> None:
    issue, incident = make_issue(session), make_incident(session)
    session.commit()
    asked = world.request()
    for name, typed in (("known-issue", issue.reference), ("incident", incident.reference)):
        form = versioned(world, asked, number=typed)
        assert anna.post(desk(asked, name), data=form).status_code == 303
        told = anna.post(desk(asked, name), data=versioned(world, asked, number="tull"))
        assert told.status_code == 422
    request = world.get(asked)
    assert (request.known_issue_id, request.incident_id) == (issue.id, incident.id)
    anna.post(desk(asked, "known-issue"), data=versioned(world, asked, number=""))
    assert world.get(asked).known_issue_id is None


def options(browser: FlaskClient, request_id: int, of: str, typed: str) -> list[str]:
    name = "other" if of == "requests" else "number"
    path = desk(request_id, "choices", f"{of}?{name}={quote(typed)}")
    target = {"HX-Request": "true", "HX-Target": f"{name}-options"}
    told = browser.get(path, headers=target).text
    found = re.findall(r'data-text="(.*?)".*?<small>(.*?)</small>', told)
    return [unescape(f"{text} | {hint}") for text, hint in found]


def test_other_requests_of_the_customer_are_offered_by_subject_and_number(
    anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked, hers = world.request(subject="Skriveren er tom"), elsewhere(session, world)
    other = world.request(subject="100 % tom skriver", severity=Severity.HIGH)
    shown = [f"{number(other)} 100 % tom skriver | New · High"]

    assert options(anna, asked, "requests", "skriver TOM") == shown
    assert options(anna, asked, "requests", number(other)) == shown
    assert options(anna, asked, "requests", "0 %") == shown
    for typed in ("tull", number(hers), number(asked), "%", " "):
        assert options(anna, asked, "requests", typed) == (shown if typed == "%" else [])


def test_known_issues_and_incidents_are_offered_and_what_is_chosen_is_taken(
    anna: FlaskClient, session: Session, world: World
) -> None:
    issue, incident = make_issue(session), make_incident(session)
    issue.title_nb = "Ringetonen spilles i høyttaleren"
    incident.title_nb = "Innlogging i Lens feiler"
    session.commit()
    asked = world.request()
    for of, deed, it, title in (
        ("issues", "known-issue", issue, issue.title_en or issue.title_nb),
        ("incidents", "incident", incident, incident.title_en or incident.title_nb),
    ):
        part = {"issues": "hoyttal", "incidents": "innlogg"}[of]
        (by_title,), (by_number,) = (
            options(anna, asked, of, typed) for typed in (part, it.reference)
        )
        assert by_title == by_number
        chosen = by_title.partition(" | ")[0]
        assert chosen == f"{it.reference} {title}"
        assert options(anna, asked, of, "tull") == options(anna, asked, of, "") == []
        form = versioned(world, asked, number=chosen)
        assert anna.post(desk(asked, deed), data=form).status_code == 303
    request = world.get(asked)
    assert (request.known_issue_id, request.incident_id) == (issue.id, incident.id)


def test_what_may_be_the_known_issue_is_connected_by_one_press(
    anna: FlaskClient, sign_in: SignInAs, session: Session, world: World
) -> None:
    issue = make_issue(session)
    issue.title_nb = issue.title_en = "Ingen lyd i møterommet etter oppdatering"
    session.commit()
    asked = world.request()
    page = anna.get(desk(asked)).text
    form = page.partition(f'action="{desk(asked, "known-issue")}"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="(.*?)"', form))
    assert "<button" in form

    assert anna.post(desk(asked, "known-issue"), data=sent).location == desk(asked)
    assert world.get(asked).known_issue_id == issue.id
    assert "May be this known issue" not in anna.get(desk(asked)).text
    # Whoever only looks is shown which it may be, and no button.
    other = world.request()
    csm = sign_in(make_user(session, role=Role.CSM)).get(desk(other)).text
    assert "May be this known issue" in csm
    assert f'action="{desk(other, "known-issue")}"' not in csm


def test_a_closed_request_is_opened_again_with_a_reason(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    world.do(asked, close_request, solved=True, by=world.ola)
    assert "Open it again" in anna.get(desk(asked)).text
    told = anna.post(desk(asked, "reopening"), data=fresh(text=""))
    assert told.status_code == 422
    anna.post(desk(asked, "reopening"), data=fresh(text="Vi prøver en gang til."))
    assert world.get(asked).status is Status.IN_PROGRESS
