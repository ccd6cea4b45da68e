import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import accept_solution, close_request, reply
from portal.service_requests.escalating import escalate
from portal.service_requests.explaining import concern
from portal.service_requests.following import follow
from portal.service_requests.handling import assign, change_severity, change_status
from portal.service_requests.opening import Contact
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_agreement,
    make_incident,
    make_issue,
    make_model,
    make_product,
    make_site,
    make_user,
)
from tests.request_pages.conftest import address
from tests.request_pages.test_timeline import link_requests
from tests.service_requests.world import START, World

Seen = Callable[..., str]


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", html.partition("<main")[2])).split())


def said(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def seen(sign_in: SignInAs, world: World) -> Seen:
    """What the page says to whoever opened the request, some time after the story began."""

    def look(request_id: int, **passed: float) -> str:
        with time_machine.travel(START + timedelta(**passed), tick=False):
            return words(sign_in(world.ola).get(address(request_id)).text)

    return look


def test_strangers_are_asked_to_sign_in_and_others_find_nothing(
    client: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    stranger = make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)
    session.commit()

    assert client.get(address(asked)).status_code == 303
    assert sign_in(stranger).get(address(asked)).status_code == 404


@pytest.mark.parametrize(
    "nonsense", ["SR-1000014", "SR-", "x", "SR-999999999999999999", "P-1000013"]
)
def test_what_is_no_reference_is_not_found(ola: FlaskClient, nonsense: str) -> None:
    assert ola.get(f"/service-requests/{nonsense}").status_code == 404


def test_the_page_says_first_who_has_the_ball_and_when_it_moves(seen: Seen, world: World) -> None:
    asked = world.request()
    assert "You get a first answer by 20 November 2026 at 12:00." in seen(asked, hours=1)
    assert "Handled by Not given to anybody yet" in seen(asked, hours=1)
    assert "First response by 20 November 2026 at 12:00" in seen(asked, hours=1)
    assert "Next update by" not in seen(asked, hours=1)  # which is another time, among the targets

    world.later(minutes=5)
    world.do(asked, assign, world.anna.id, by=world.anna)
    world.do(
        asked, reply, "Send loggen.", by=world.anna, status=Status.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )  # fmt: skip

    page = seen(asked, hours=1)
    assert "Waiting for you: send loggfil" in page
    assert "Handled by Anna Agent" in page
    assert "Next update by" not in page


def test_the_page_says_when_what_is_proposed_counts_as_solved_and_what_is_solved_is_closed(
    seen: Seen, sign_in: SignInAs, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    world.do(asked, reply, "Slå den av og på.", by=world.anna, status=Status.SOLUTION_PROPOSED)
    proposed = (
        "We have proposed a solution. Tell us whether it works."
        " If we hear nothing, it counts as solved after 7 days, on 27 November 2026."
    )
    assert proposed in seen(asked, hours=1)
    html = sign_in(world.ola).get(address(asked)).text
    answer = re.search(r'<textarea[^>]* id="([^"]+)"', html)
    assert answer
    assert f'href="#{answer[1]}">No, it does not' in html  # which takes the focus along
    assert "If it does not work: what happens" in html
    world.do(asked, accept_solution, by=world.ola)
    solved = "The request is solved. It is closed by itself after 14 days, on 4 December 2026."
    page = seen(asked, hours=1)
    assert solved in page
    assert "counts as solved" not in page
    session.merge(world.ola).language = "nb"
    session.commit()
    assert "Den blir lukket av seg selv etter 14 dager, 4. desember 2026." in seen(asked, hours=1)


def test_after_the_first_answer_it_is_the_next_that_is_due(seen: Seen, world: World) -> None:
    asked = world.request()
    world.do(asked, reply, "Vi ser på det.", by=world.anna)
    page = seen(asked, hours=1)
    assert "Next update by 22 November 2026 at 10:00" in page
    assert "First response by" not in page


def test_targets_tell_what_is_left_what_was_met_and_what_is_late(seen: Seen, world: World) -> None:
    asked = world.request()

    assert "First response By 20 November 2026 at 12:00: 30 minutes left" in seen(
        asked, hours=1, minutes=30
    )
    assert "First response 1 hour and 5 minutes late" in seen(asked, hours=3, minutes=5)

    world.later(hours=1)
    world.do(asked, reply, "Vi ser på det.", by=world.anna)
    page = seen(asked, hours=2)
    assert "First response Answered 20 November 2026 at 11:00" in page
    assert "Next update By 22 November 2026 at 11:00: 1 day and 23 hours left" in page


def test_one_time_is_promised_wherever_it_is_told(
    seen: Seen, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    world.do(asked, reply, "Vi ser på det.", by=world.anna)  # news are due in two days
    world.do(asked, escalate, "Styremøte.", by=world.ola)  # and now in two hours

    page = seen(asked)
    assert "Anna Agent gives you news by 20 November 2026 at 12:00." in page  # the headline
    assert "Next update by 20 November 2026 at 12:00 What you can do Escalated" in page
    assert "Next update by 20 November 2026 at 12:00. " in page  # of the escalation
    assert "Next update By 20 November 2026 at 12:00: 2 hours left" in page  # among the targets
    assert "22 November" not in page
    for who, where in ((world.ola, "/service-requests"), (world.anna, "/desk")):
        with time_machine.travel(START, tick=False):
            listed = words(sign_in(who).get(where).text)
        assert "20 Nov 2026 12:00" in listed or "2 h left" in listed


@pytest.mark.parametrize("after", [Status.SOLVED, Status.CLOSED])
def test_what_is_settled_is_not_told_to_be_escalated_still(
    seen: Seen, sign_in: SignInAs, world: World, after: Status
) -> None:
    asked = world.request()
    world.do(asked, escalate, "Styremøte.", by=world.ola)
    tag = re.compile(r'class="ds-tag" data-color="danger">(?:<svg.*?</svg>)?Escalated')

    def tagged(who: User, path: str) -> bool:
        text = sign_in(who).get(path).text
        assert reference("SR", asked) in text
        return bool(tag.search(text))

    pages = [
        *((world.ola, path) for path in (address(asked), "/service-requests")),
        *((world.anna, path) for path in (f"/desk{address(asked)}", "/desk")),
    ]
    assert "No manager has taken it yet." in seen(asked)
    assert all(tagged(*each) for each in pages)
    world.do(asked, change_status, after, by=world.anna)
    page = seen(asked)
    assert "No manager has taken it yet." not in page
    assert page.index("What was said and done") < page.index("Escalated")  # the story keeps it
    assert not any(tagged(who, f"{path}?status={after}") for who, path in pages)


def test_the_promise_to_call_is_told_until_somebody_has_answered(seen: Seen, world: World) -> None:
    contact = Contact(phone="+4722334455")
    asked = world.request(severity=Severity.CRITICAL, contact=contact)
    high = world.request(severity=Severity.HIGH, contact=contact)
    silent = world.request(severity=Severity.CRITICAL)
    call = "We call +47 22 33 44 55 by 20 November 2026 at 10:30. Or call us right away"

    assert call in said(seen(asked))
    assert "We should have called +47 22 33 44 55 by" in said(seen(asked, hours=1))
    assert "We call" not in seen(high)
    assert "We call" not in seen(silent)
    assert "Call us right away, day or night: +47 22 00 00 00" in said(seen(silent))
    world.do(asked, reply, "Vi er i gang.", by=world.anna)
    assert "call" not in seen(asked).partition("What was said")[0].lower()


@pytest.mark.parametrize("answered", [False, True])
def test_the_call_is_promised_from_when_it_became_critical(
    seen: Seen, sign_in: SignInAs, world: World, *, answered: bool
) -> None:
    asked = world.request()
    if answered:
        world.do(asked, reply, "Vi ser på det.", by=world.anna)
    world.later(hours=1, minutes=15)
    raised: dict[str, Any] = {"by": world.ola, "phone": "+4722334455"}
    world.do(asked, change_severity, Severity.CRITICAL, **raised)

    call = "all +47 22 33 44 55 by 20 November 2026 at 11:45."
    assert f"We c{call}" in said(seen(asked, hours=1, minutes=16))
    assert "We should have called" in said(seen(asked, hours=1, minutes=46))
    desk = sign_in(world.anna)
    assert f"C{call}" in said(words(desk.get(f"/desk{address(asked)}").text))
    world.later(minutes=1)
    world.do(asked, reply, "Vi ringer nå.", by=world.anna)
    assert "We c" not in seen(asked, hours=1, minutes=20).partition("What was said")[0]
    assert "22 33 44 55 by" not in said(
        words(sign_in(world.anna).get(f"/desk{address(asked)}").text)
    )


def test_a_call_is_due_no_earlier_than_the_first_response(seen: Seen, world: World) -> None:
    asked = world.request()
    world.later(minutes=10)
    raised: dict[str, Any] = {"by": world.ola, "phone": "+4722334455"}
    world.do(asked, change_severity, Severity.CRITICAL, **raised)
    assert "by 20 November 2026 at 10:40." in said(seen(asked, minutes=11))
    world.do(asked, change_severity, Severity.HIGH, by=world.anna)
    assert "We call" not in seen(asked, minutes=12)


def test_the_number_to_call_is_filled_in_from_the_profile(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request()
    assert re.search(r'name="phone"[^>]* value=""', ola.get(address(asked)).text)
    session.merge(world.ola).phone = "+4722334455"
    session.commit()
    assert re.search(
        r'name="phone"[^>]* value="\+47 22 33 44 55"', said(ola.get(address(asked)).text)
    )


def test_a_number_without_a_name_stands_on_the_first_line(ola: FlaskClient, world: World) -> None:
    contact = Contact(phone="+4722334455")
    assert "<br><a" not in ola.get(address(world.request(contact=contact))).text
    named = Contact(name="Per", phone="+4722334455")
    assert "Per<br><a" in ola.get(address(world.request(contact=named))).text


def test_an_observer_is_not_told_to_open_requests(
    session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    mine, tip = "/service-requests?view=mine", "Open a request if something does not work."
    watcher = make_user(session, account=session.merge(world.account), role=Role.OBSERVER)
    session.commit()
    assert tip not in sign_in(watcher).get(mine).text
    assert tip in sign_in(world.mette).get(mine).text


def test_time_that_we_waited_for_the_customer_is_told_apart(seen: Seen, world: World) -> None:
    asked = world.request()
    world.later(hours=1)
    world.do(
        asked, reply, "Send loggen.", by=world.anna, status=Status.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )  # fmt: skip

    page = seen(asked, hours=3, minutes=30)

    assert "Waited for you 2 hours and 30 minutes" in page
    assert "Next update The clock stands still with 2 days left" in page


def test_the_facts_stand_beside(ola: FlaskClient, session: ScopedSession, world: World) -> None:
    site = make_site(session, world.account, "Bodø")
    model = make_model(session, "Studio X50")
    product = make_product(
        session, account=world.account, model=model, site=site, serial_number="SN77"
    )
    make_agreement(session, world.account)
    session.commit()
    asked = world.request(product_id=product.id, own_reference="INC-77")

    page = words(ola.get(address(asked)).text)

    for told in ("Studio X50 SN77", "Site Bodø", "Your reference INC-77", "Opened by Ola Hansen"):
        assert told in page
    assert "Coverage Covered until" in page
    assert f'data-copy="{reference("SR", asked)}"' in ola.get(address(asked)).text


def test_a_known_issue_is_told_when_it_is_published(
    ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    issue = make_issue(session, "Lyden forsvinner", models=[make_model(session)])
    asked = world.request()
    world.do(asked, concern, by=world.anna, known_issue_id=issue.id, readable=bool)

    page = words(ola.get(address(asked)).text)

    assert "Lyden forsvinner" in page
    assert "This is a known issue." in page
    assert "Connected with a known issue" in page


@pytest.mark.parametrize("over", [False, True])
def test_a_request_says_whether_its_incident_is_over(
    seen: Seen, session: ScopedSession, world: World, over: bool
) -> None:
    ended = START + timedelta(hours=1) if over else None
    incident = make_incident(session, "Lens is slow", started_at=START, ended_at=ended)
    session.commit()
    asked = world.request()
    world.do(asked, concern, by=world.anna, incident_id=incident.id, readable=bool)

    page = seen(asked, hours=2)

    assert "Lens is slow" in page
    assert ("over since 20 November 2026 at 11:00" in page) is over
    assert ("We tell everybody it concerns" in page) is not over


def test_what_is_closed_says_whether_it_was_solved(seen: Seen, world: World) -> None:
    asked = world.request()
    world.later(hours=1)
    world.do(asked, close_request, solved=False, text="Vi byttet leverandør.", by=world.ola)

    page = seen(asked, hours=2)

    assert "Status Closed 20 November 2026 at 11:00 · It was not solved" in page
    assert "Closed 20 November" not in page.replace("Status Closed 20 November", "")[:400]
    assert "Closed Vi byttet leverandør." in page


def test_the_page_takes_few_statements_however_much_was_said(
    ola: FlaskClient, session: ScopedSession, world: World, engine: Engine
) -> None:
    model = make_model(session, "Studio X50")
    product = make_product(session, account=world.account, model=model)
    make_agreement(session, world.account)
    session.commit()
    asked, other = world.request(product_id=product.id), world.request()
    ola.get(address(asked))
    with counted(engine) as few:
        ola.get(address(asked))
    for number in range(12):
        world.later(minutes=1)
        by = (world.anna, world.mette, world.siri)[number % 3]
        world.do(asked, reply, f"Svar {number}", by=by)
    world.do(asked, follow, world.mette.id, by=world.ola)
    world.do(asked, link_requests, other, by=world.anna, internal=False)
    ola.get(address(asked))
    with counted(engine) as many:
        ola.get(address(asked))

    assert len(many) == len(few) <= 8, many
