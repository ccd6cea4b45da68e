"""Staff who work with requests see what was set aside, and decide about it once."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.access import Role
from portal.base.files import StoredFile
from portal.base.history import DeskEvent, What
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import Reason, State
from portal.service_requests.rules import Source
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.mail_intake.conftest import Post
from tests.mail_intake.hostile import MIXED, TEXT, attached, mail, parts

PATH = "/desk/mail-intake"
HTMX = {"HX-Request": "true", "HX-Target": "mail-list"}
Make = Callable[..., InboundMail]


@pytest.fixture
def agent(post: Post, sign_in: SignInAs) -> FlaskClient:
    return sign_in(post.session.merge(post.world.anna))


@pytest.fixture
def parked(post: Post) -> InboundMail:
    """One with a file, to nobody in particular."""
    file = attached("logg.txt", "Møterom\n".encode(), "text/plain")
    program = attached("a.exe", b"MZ\x90", "application/octet-stream")
    raw = mail(parts(TEXT, file, program), MIXED, "Subject: <b>Hei</b>", to=b"x@portal.example")
    return post.take(raw)


def made(session: Session, number: int, **values: object) -> InboundMail:
    told = {
        "key": f"{number:032}",
        "size": 100,
        "received_at": clock.now(),
        "recipients": [],
        "state": State.PARKED,
        "reason": Reason.UNKNOWN,
        "sender": f"user{number}@example.net",
        "sender_name": "",
        "subject": f"Subject {number}",
        "text": "Hei",
        "file_names": [],
    }
    found = InboundMail(**(told | values))
    session.add(found)
    session.commit()
    return found


def test_only_those_who_work_with_requests_see_what_came(
    session: Session, sign_in: SignInAs
) -> None:
    it = made(session, 1)
    for role in (Role.CSM, Role.LOGISTICS, Role.STAFF_ADMINISTRATOR, Role.ADMINISTRATOR):
        browser = sign_in(make_user(session, role=role))
        for path in (PATH, f"{PATH}/{it.id}"):
            assert browser.get(path).status_code == 403
        assert browser.post(f"{PATH}/{it.id}/discarding", data={"remark": "x"}).status_code == 403
    for role in (Role.AGENT, Role.ESCALATION_MANAGER, Role.TAM):
        assert sign_in(make_user(session, role=role)).get(PATH).status_code == 200


def test_an_empty_list_says_that_nothing_waits(agent: FlaskClient) -> None:
    assert "Nothing waits for you" in agent.get(PATH).text


def test_each_list_has_its_own_newest_first_a_page_at_a_time(
    session: Session, agent: FlaskClient
) -> None:
    for number in range(1, 31):
        made(session, number)
    made(session, 40, state=State.NOTED, reason=Reason.BOUNCE)
    made(session, 41, state=State.TAKEN, reason=None)
    made(session, 42, state=State.DISCARDED)
    first = agent.get(PATH).text
    assert "30 mails" in first
    assert first.index("Subject 30") < first.index("Subject 6")
    assert "Subject 5<" not in first
    after = first.partition("after=")[2].partition('"')[0]
    second = agent.get(f"{PATH}?after={after}").text
    assert "Subject 5<" in second
    assert "Subject 6<" not in second
    for view, number in (("automatic", 40), ("messages", 41), ("decided", 42)):
        shown = agent.get(f"{PATH}?view={view}").text
        assert f"Subject {number}" in shown
        assert "Subject 30" not in shown


@pytest.mark.parametrize("asked", ["USER7@", "subject 7", "SR-1000015"])
def test_mails_are_found_by_sender_subject_and_request(
    session: Session, agent: FlaskClient, asked: str
) -> None:
    for number in range(5, 9):
        made(session, number, request_id=1 if number == 7 else None)
    found = agent.get(PATH, query_string={"q": asked}, headers=HTMX).text
    assert "Subject 7" in found
    assert "Subject 8" not in found
    assert "<html" not in found


@pytest.mark.parametrize("asked", ["%", "_", "nobody", "\0zz", "' OR 1=1"])
def test_what_is_searched_for_is_only_ever_text(
    session: Session, agent: FlaskClient, asked: str
) -> None:
    made(session, 1)
    assert "No matches" in agent.get(PATH, query_string={"q": asked}).text


def test_pages_ask_few_statements(
    session: Session, agent: FlaskClient, statements: list[str]
) -> None:
    it = made(session, 1)
    for path, most in ((PATH, 6), (f"{PATH}/{it.id}", 8)):
        agent.get(path)
        statements.clear()
        assert agent.get(path).status_code == 200
        assert len(statements) <= most, statements


def test_a_mail_is_shown_as_text_and_warned_of(agent: FlaskClient, parked: InboundMail) -> None:
    shown = agent.get(f"{PATH}/{parked.id}").text
    assert "<b>Hei</b>" not in shown
    assert "&lt;b&gt;Hei&lt;/b&gt;" in shown
    assert "Nobody has checked who wrote it" in shown
    assert "logg.txt" in shown
    assert "Se vedlegg." in shown


def test_a_mail_becomes_an_internal_note_that_no_customer_sees(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    reference = post.world.get(opened).reference
    answer = agent.post(f"{PATH}/{parked.id}/request", data={"reference": reference.lower()})

    assert (answer.status_code, answer.location) == (303, PATH)
    note = post.messages(opened)[-1]
    assert note.internal
    assert (note.author_id, note.source) == (post.world.anna.id, Source.ENTERED)
    assert post.world.ola.email not in note.text.partition("\n")[2]
    assert "Se vedlegg." in note.text
    assert note.text.endswith("– a.exe")
    file = post.session.scalars(select(StoredFile)).one()
    assert file.name == "logg.txt"
    it = post.mail(parked.id)
    assert (it.state, it.decided_by_id, it.request_id) == (
        State.ATTACHED,
        post.world.anna.id,
        opened,
    )
    with post.world.session() as customers:
        assert [each.internal for each in customers.query(type(note)).all()] == [False]
    what = select(DeskEvent.what).where(DeskEvent.kind == "inbound_mail").order_by(DeskEvent.id)
    assert post.session.scalars(what).all() == [What.MAIL_PARKED, What.MAIL_ATTACHED]


def test_the_address_is_what_a_mail_is_from_and_the_name_is_only_claimed(
    session: Session, agent: FlaskClient
) -> None:
    it = made(session, 1, sender="eve@evil.example", sender_name="anna@poly.example.com")
    (cell,) = re.findall(r'<div class="address">(.*?)</div>', agent.get(PATH).text, re.DOTALL)
    assert cell.startswith("eve@evil.example<br><small>Calls itself “anna@poly.example.com”")
    shown = agent.get(f"{PATH}/{it.id}").text
    assert "<dt>Says it is from</dt><dd>eve@evil.example</dd>" in shown


def test_what_a_stranger_wrote_never_stands_there_as_said_by_staff(
    post: Post, opened: int, agent: FlaskClient
) -> None:
    world = post.world
    raw = mail("Hei", "From: Anna Agent <eve@evil.example>", to=b"x@portal.example")
    number = world.get(opened).reference
    parked = post.take(raw)
    assert parked.sender == "eve@evil.example"
    agent.post(f"{PATH}/{parked.id}/request", data={"reference": number})
    shown = agent.get(f"/desk/service-requests/{number}").text
    (note,) = re.findall(r'<li id="n1".*?</li>', shown, re.DOTALL)
    heading = re.sub("<[^>]*>", "", note.partition("</h3>")[0]).split("\n")[-1].strip()
    assert heading == "E-mail entered by Anna Agent"  # and of no side
    assert "by e-mail" not in note
    text = re.sub("<[^>]*>", "", note.partition('class="lines"')[2].partition(">")[2])
    assert text.startswith("E-mail from eve@evil.example, received")


def test_what_is_decided_is_decided_once(
    post: Post, opened: int, agent: FlaskClient, parked: InboundMail
) -> None:
    told = {"reference": post.world.get(opened).reference}
    for _ in range(2):
        assert agent.post(f"{PATH}/{parked.id}/request", data=told).status_code == 303
    assert len([it for it in post.messages(opened) if it.internal]) == 1
    answer = agent.post(f"{PATH}/{parked.id}/discarding", data={"remark": "reklame"})
    assert answer.status_code == 303
    assert "Somebody has decided" in agent.get(PATH).text
    assert post.mail(parked.id).state is State.ATTACHED


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("", "Write the number"),
        ("SR-1000016", "There is no request"),
        ("tull", "There is no request"),
        ("SR-9999999999999999999", "There is no request"),
        ("P-1000015", "There is no request"),
    ],
)
def test_a_number_that_leads_nowhere_is_refused_and_kept(
    agent: FlaskClient, parked: InboundMail, told: str, says: str
) -> None:
    answer = agent.post(f"{PATH}/{parked.id}/request", data={"reference": told})
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{told}"' in answer.text


def test_a_mail_is_discarded_with_a_reason(
    post: Post, agent: FlaskClient, parked: InboundMail
) -> None:
    missing = agent.post(f"{PATH}/{parked.id}/discarding", data={"remark": " "})
    assert missing.status_code == 422
    assert "Say in a few words" in missing.text
    assert (
        agent.post(f"{PATH}/{parked.id}/discarding", data={"remark": "reklame"}).status_code == 303
    )
    it = post.mail(parked.id)
    assert (it.state, it.remark) == (State.DISCARDED, "reklame")
    assert "reklame" in agent.get(f"{PATH}/{it.id}").text


@pytest.mark.parametrize("number", ["999", "99999999999999999999", "x"])
def test_a_mail_that_is_not_there_is_not_found(agent: FlaskClient, number: str) -> None:
    assert agent.get(f"{PATH}/{number}").status_code == 404
    assert agent.post(f"{PATH}/{number}/discarding", data={"remark": "x"}).status_code == 404
