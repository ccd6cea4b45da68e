"""Standard answers: written by some, offered to all at the desk, filled in for each customer."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.desk_models import StandardAnswer
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.naughty import FIELDS
from tests.request_desk.conftest import desk, fresh
from tests.service_requests.world import World

LIST = "/desk/standard-answers"
FORM = {
    "title": "Be om logg",
    "norwegian": "Hei {name}! Send oss loggen. Hilsen {agent}",
    "english": "Hello {name}! Send us the log. Regards, {agent}",
    "goes_to": "waiting_for_customer",
    "waits_norwegian": "send loggen",
    "waits_english": "send the log",
}


@pytest.fixture
def erik(sign_in: SignInAs, world: World) -> FlaskClient:
    return sign_in(world.erik)


def only(session: Session) -> StandardAnswer:
    session.expire_all()
    return session.scalars(select(StandardAnswer)).one()


def one(erik: FlaskClient, session: Session, **other: Any) -> StandardAnswer:
    assert erik.post(LIST, data=fresh(**FORM | other)).status_code == 303
    return only(session)


def path_of(answer: StandardAnswer, *below: str) -> str:
    return "/".join((LIST, reference("SA", answer.id), *below))


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.ESCALATION_MANAGER, 200, 303),
        (Role.STAFF_ADMINISTRATOR, 200, 303),
        (Role.AGENT, 200, 403),
        (Role.TAM, 200, 403),
        (Role.LOGISTICS, 200, 403),
        (Role.CSM, 200, 403),
        (Role.PUBLISHER, 200, 403),
    ],
)
def test_all_staff_read_them_and_some_write_them(
    role: Role, reads: int, writes: int, session: Session, sign_in: SignInAs
) -> None:
    browser = sign_in(make_user(session, role=role))
    page = browser.get(LIST)
    assert page.status_code == reads
    assert ("New standard answer" in page.text) == (writes == 303)
    assert browser.post(LIST, data=fresh(**FORM)).status_code == writes


def test_customers_never_see_them(ola: FlaskClient) -> None:
    assert ola.get(LIST).status_code == 403
    assert ola.get(f"{LIST}/new").status_code == 403


def test_one_is_added_once_and_offered(
    erik: FlaskClient, anna: FlaskClient, session: Session, world: World
) -> None:
    form = fresh(**FORM)
    first, second = (erik.post(LIST, data=form) for _ in range(2))
    assert first.location == second.location
    assert only(session).changed_by_id == world.erik.id
    assert "Be om logg" in anna.get(LIST).text
    assert "Be om logg" in anna.get(desk(world.request())).text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"norwegian": "Hei {navn}"}, "There is no field “navn”."),
        ({"english": "{0.__class__}"}, "There is no field"),
        ({"english": " "}, "Write the text in both languages."),
        ({"title": ""}, "Give it a title by which your colleagues find it."),
        ({"waits_english": ""}, "Say in a few words what you wait for."),
        ({"title": "x" * 121}, "Write at most 120 characters."),
        ({"goes_to": "nowhere"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_used_is_refused_and_everything_typed_kept(
    wrong: dict[str, str], says: str, erik: FlaskClient, session: Session
) -> None:
    told = erik.post(LIST, data=fresh(**FORM | wrong))
    assert told.status_code == 422
    assert says in told.text
    assert "send loggen" in told.text
    assert session.scalars(select(StandardAnswer)).all() == []


def test_two_have_no_title_in_common(erik: FlaskClient, session: Session) -> None:
    first = one(erik, session)
    assert "Another standard answer has this title." in erik.post(LIST, data=fresh(**FORM)).text
    erik.post(LIST, data=fresh(**FORM | {"title": "Annet"}))
    form = FORM | {"title": "Annet", "version": first.version}
    assert erik.post(path_of(first), data=form).status_code == 422


def test_who_saves_late_sees_both_texts(erik: FlaskClient, session: Session) -> None:
    answer = one(erik, session)
    form = FORM | {"version": answer.version}
    assert erik.post(path_of(answer), data=form | {"norwegian": "Nytt {name}"}).status_code == 303
    late = erik.post(path_of(answer), data=form | {"norwegian": "Mitt {name}"})
    assert late.status_code == 422
    assert "Nytt {name}" in late.text
    assert "Mitt {name}" in late.text
    assert only(session).norwegian == "Nytt {name}"


def test_one_that_is_retired_is_not_offered_until_it_is_brought_back(
    erik: FlaskClient, anna: FlaskClient, session: Session, world: World
) -> None:
    answer, asked = one(erik, session), world.request()
    erik.post(path_of(answer, "retirement"))
    assert "Be om logg" not in anna.get(desk(asked)).text
    assert "Be om logg" in anna.get(LIST).text
    erik.post(path_of(answer, "return-to-use"))
    assert "Be om logg" in anna.get(desk(asked)).text


def inserted(browser: FlaskClient, request_id: int, answer: StandardAnswer, **typed: str) -> str:
    data = {"text": "", "status": "", "waiting_for": "", "answer": str(answer.id), **typed}
    told = browser.post(desk(request_id, "insertion"), data=data, follow_redirects=True)
    assert told.status_code == 200
    return told.text


def test_it_comes_in_filled_in_after_what_was_typed_and_says_how_the_request_stands(
    erik: FlaskClient, anna: FlaskClient, session: Session, world: World
) -> None:
    asked, answer = world.request(), one(erik, session)
    session.get_one(User, world.ola.id).language = "nb"
    session.commit()
    page = inserted(anna, asked, answer, text="Takk for sist.")
    assert "Takk for sist.\n\nHei Ola! Send oss loggen. Hilsen Anna Agent" in page
    assert 'value="send loggen"' in page
    assert 'selected value="waiting_for_customer"' in page


def test_it_is_in_the_language_of_whoever_gets_it(
    erik: FlaskClient, anna: FlaskClient, session: ScopedSession, world: World
) -> None:
    answer, asked = one(erik, session), world.request()
    assert world.ola.language == "en"
    page = inserted(anna, asked, answer)
    assert "Hello Ola! Send us the log. Regards, Anna Agent" in page
    assert 'value="send the log"' in page


def test_what_a_customer_wrote_is_no_field_and_no_template(
    erik: FlaskClient, anna: FlaskClient, session: Session, world: World
) -> None:
    answer = one(erik, session, english="Om «{subject}» fra {customer}")
    for subject in ("{agent} {{ 7*7 }} {% raw %}", "<script>alert(1)</script>", *FIELDS[:3]):
        if subject.strip():
            page = inserted(anna, world.request(subject=subject[:150]), answer)
            assert "49" not in page.partition('id="text"')[2].partition("</textarea>")[0]
            assert "<script>alert" not in page


def test_the_note_is_untouched_by_it(
    erik: FlaskClient, anna: FlaskClient, session: Session, world: World
) -> None:
    asked = world.request()
    anna.post(desk(asked, "draft"), data={"note": "Bare oss"})
    page = inserted(anna, asked, one(erik, session))
    assert page.count("Bare oss") == 1


def test_one_that_is_not_there_changes_nothing(anna: FlaskClient, world: World) -> None:
    asked = world.request()
    data = {"text": "Hei", "status": "", "waiting_for": "", "answer": "99999999999999999999"}
    told = anna.post(desk(asked, "insertion"), data=data, follow_redirects=True)
    assert "Hei" in told.text
