import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.agreements.targets import Severity
from portal.base.access import Role, Visibility
from portal.base.files import StoredFile
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import reply
from portal.service_requests.escalating import end_escalation, escalate
from portal.service_requests.following import follow
from portal.service_requests.handling import assign, change_severity, change_status
from portal.service_requests.joining import link, merge
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import LinkKind, MessageKind, Status
from tests.conftest import SignInAs
from tests.factories import make_grant, make_partner, make_user
from tests.request_pages.conftest import address
from tests.service_requests.world import World


def story(client: FlaskClient, request_id: int) -> str:
    """The timeline as text, each line on its own."""
    html = client.get(address(request_id)).text.partition('<ol class="timeline')[2]
    lines = re.sub(r"<li", "\n<li", html.partition("</ol>")[0])
    return "\n".join(
        " ".join(unescape(re.sub("<[^>]*>", " ", line.partition(">")[2])).split())
        for line in lines.split("\n<li")
    ).strip()


def anchors(client: FlaskClient, request_id: int) -> list[str]:
    return re.findall(r'<li id="(\w+)"', client.get(address(request_id)).text)


def link_requests(session: Any, request: ServiceRequest, other_id: int, **told: Any) -> None:
    other = session.get_one(ServiceRequest, other_id)
    link(session, request, other, LinkKind.RELATED, **told)


def merge_requests(session: Any, request: ServiceRequest, other_id: int, **told: Any) -> None:
    merge(session, request, session.get_one(ServiceRequest, other_id), **told)


def test_what_was_said_is_told_newest_first_with_who_said_it_from_which_side(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    world.later(minutes=5)
    world.do(asked, reply, "Prøv et annet kabinett.", by=world.anna)
    world.later(minutes=5)
    world.do(asked, reply, "Det hjalp ikke.", by=world.mette)
    world.later(minutes=5)
    world.do(asked, reply, "Jeg prøvde også.", by=world.siri)

    told = story(ola, asked).split("\n")

    assert [line.split(" 20 ")[0] for line in told] == [
        f"Siri Berg ({world.partner.name}) on behalf of {world.account.name} Partner",
        "Mette Lie Your colleague",
        "Anna Agent Poly support",
        "Ola Hansen You",
    ]
    assert "Skjermen virker" in told[-1]
    assert anchors(ola, asked) == ["m4", "m3", "m2", "m1"]


def test_what_changed_in_the_same_act_stands_with_what_was_said(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    world.later(minutes=5)
    world.do(
        asked, reply, "Send loggen.", by=world.anna, status=Status.WAITING_FOR_CUSTOMER,
        waiting_for="send loggfil",
    )  # fmt: skip
    world.later(minutes=5)
    world.do(asked, change_severity, Severity.HIGH, by=world.ola)

    told = story(ola, asked).split("\n")

    assert len(told) == 3
    assert "Severity: from Medium to High Ola Hansen" in told[0]
    assert "Status: Waiting for you" in told[1]
    assert "Send loggen." in told[1]


def test_a_note_leaves_no_trace_for_customers_and_is_marked_three_ways_for_staff(
    ola: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    before = ola.get(address(asked)).text
    world.do(asked, reply, "Kunden er vrang.", by=world.anna, internal=True)
    after = ola.get(address(asked)).text
    world.later(minutes=5)
    world.do(asked, reply, "Vi ser på det.", by=world.anna)
    as_staff = sign_in(world.anna, acting_for=world.account).get(address(asked)).text

    assert _without_tokens(after) == _without_tokens(before)
    assert anchors(ola, asked) == ["m2", "m1"]
    note = as_staff.partition('<li id="n1"')[2].partition("</li>")[0]
    assert note.startswith(' class="message you internal"')
    assert "Only staff see this" in note
    assert "#padlock-locked" in note
    assert "Kunden er vrang." in note
    assert '<li id="m2"' in as_staff  # called what the customer calls it


def _without_tokens(html: str) -> str:
    return re.sub(r'value="[\w.-]{16,}"|data-seconds-[a-z-]+="\d+"', "", html)


def test_a_status_that_a_note_changed_is_told_without_a_word_of_the_note(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    world.later(minutes=5)
    world.do(
        asked, reply, "Kretskortet.", by=world.anna, internal=True,
        status=Status.WAITING_FOR_DEVELOPMENT,
    )  # fmt: skip

    told = story(ola, asked)

    assert "Status: Waiting for development Anna Agent" in told
    assert "Kretskortet" not in told


def test_small_events_that_stand_together_are_folded(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    world.later(minutes=5)
    world.do(asked, assign, world.anna.id, by=world.erik)
    world.later(minutes=1)
    world.do(asked, follow, world.mette.id, by=world.ola)
    world.later(minutes=1)
    world.do(asked, follow, world.erik.id, by=world.anna)  # which nobody need know

    told = story(ola, asked).split("\n")

    assert told[0] == "2 events"
    assert "Mette Lie follows the request Ola Hansen" in told[1]
    assert "Handled by Anna Agent from now on Erik Leder" in told[2]
    assert "Erik Leder follows" not in "".join(told)


@pytest.mark.parametrize(("many", "folded"), [(4, False), (5, True)])
def test_much_that_happened_with_nothing_said_in_between_is_folded(
    ola: FlaskClient, world: World, many: int, folded: bool
) -> None:
    asked = world.request()
    for status in [Status.WAITING_FOR_DEVELOPMENT, Status.IN_PROGRESS, Status.REPLACEMENT] * 2:
        if many:
            many -= 1
            world.later(minutes=1)
            world.do(asked, change_status, status, by=world.anna)
    world.later(minutes=1)
    world.do(asked, reply, "Hei.", by=world.anna)

    told = story(ola, asked)

    assert "Hei." in told.split("\n")[0]
    assert ("5 events" in told) is folded
    assert "Status: Waiting for development Anna Agent" in told  # it is there to be unfolded


def test_an_escalation_is_told_once_with_its_reason_and_its_end(
    ola: FlaskClient, world: World
) -> None:
    asked = world.request()
    world.later(minutes=5)
    world.do(asked, escalate, "Hele huset står.", by=world.ola)
    world.later(minutes=5)
    world.do(asked, end_escalation, by=world.erik)

    told = story(ola, asked).split("\n")

    assert told[0].startswith("Escalation ended Erik Leder")
    assert "Escalated Hele huset står." in told[1]
    assert len(told) == 3


def test_links_are_told_on_both_sides_and_internal_ones_to_staff_alone(
    ola: FlaskClient, sign_in: SignInAs, world: World
) -> None:
    asked, other, secret = (world.request(subject=it) for it in ("En", "To", "Tre"))
    world.later(minutes=5)
    world.do(asked, link_requests, secret, by=world.anna)
    world.do(asked, merge_requests, other, by=world.anna)

    told = story(ola, asked)
    assert f"Merged into {reference('SR', other)} To" in told
    assert "Tre" not in told
    assert f"Merged with this one: {reference('SR', asked)} En" in story(ola, other)
    staff = story(sign_in(world.anna, acting_for=world.account), asked)
    assert f"Only staff see this Related to {reference('SR', secret)} Tre" in staff


def test_a_request_one_does_not_see_is_not_told_of_by_a_link(
    ola: FlaskClient, session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    narrow = make_user(session, account=world.account, sees=Visibility.OWN)
    session.commit()
    asked = world.request(subject="Min", by=narrow)
    other = world.request(subject="Skjult for andre", by=world.ola)
    world.later(minutes=5)
    world.do(asked, link_requests, other, by=world.anna, internal=False)

    assert "Skjult for andre" in story(ola, asked)
    html = sign_in(narrow).get(address(asked)).text
    assert "Skjult for andre" not in html
    assert reference("SR", other) not in html


def test_hostile_text_is_shown_as_it_was_written(ola: FlaskClient, world: World) -> None:
    asked = world.request(subject="<script>alert(1)</script>", text="<img src=x onerror=x>\n  to")

    html = ola.get(address(asked)).text

    assert "<script>alert(1)" not in html
    assert "&lt;img src=x onerror=x&gt;\n  to</div>" in html
    assert "&lt;script&gt;alert(1)" in html


def test_files_lead_to_downloads_of_what_may_be_seen(
    ola: FlaskClient, sign_in: SignInAs, session: ScopedSession, world: World, files: Any
) -> None:
    asked, other = world.request(), world.request()
    files.put("the-key-of-a-log-file", [b"<b>hei</b>"])
    files.put("the-key-of-a-note-file", [b"0123456789"])

    def send(at_work: ScopedSession, request: ServiceRequest, key: str, **told: Any) -> None:
        file = StoredFile(
            account_id=request.account_id, key=key, name="logg.txt", media_type="text/plain",
            size=10, sha256="0" * 64, created_at=told["now"],
        )  # fmt: skip
        at_work.add(file)
        at_work.flush()
        reply(at_work, request, "Se fil.", files=[file], **told)

    world.do(asked, send, "the-key-of-a-log-file", by=world.ola)
    world.do(asked, send, "the-key-of-a-note-file", by=world.anna, internal=True)
    (href,) = set(re.findall(r'href="([^"]*/files/\d+)"', ola.get(address(asked)).text))
    staff = sign_in(world.anna, acting_for=world.account)
    hrefs = set(re.findall(r'href="([^"]*/files/\d+)"', staff.get(address(asked)).text))
    (note,) = hrefs - {href}

    with ola.get(href) as answer:
        assert answer.data == b"<b>hei</b>"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert ola.get(note).status_code == 404
    assert staff.get(note).status_code == 200
    elsewhere = href.replace(reference("SR", asked), reference("SR", other))
    assert ola.get(elsewhere).status_code == 404


def test_a_partner_is_not_told_which_others_the_customer_has(
    session: ScopedSession, sign_in: SignInAs, world: World
) -> None:
    asked = world.request()
    world.do(asked, reply, "Fra oss.", by=world.siri)
    rival = make_partner(session)
    make_grant(session, rival, world.account)
    their = make_user(session, role=Role.PARTNER, partner=rival)

    told = story(sign_in(their, acting_for=world.account), asked)

    assert f"Another partner on behalf of {world.account.name} Partner" in told
    assert "Siri" not in told


def test_a_proposed_solution_says_that_it_is_one(ola: FlaskClient, world: World) -> None:
    asked = world.request()
    world.do(
        asked, reply, "Skru den av og på.", by=world.anna, kind=MessageKind.SOLUTION,
        status=Status.SOLUTION_PROPOSED,
    )  # fmt: skip

    assert "Proposed solution Skru den av og på." in story(ola, asked)
