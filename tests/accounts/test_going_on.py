"""What is typed while a sign-in ends is sent to nobody, and is there again after the next one."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import unquote

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.accounts.hashing import hash_of_password
from portal.accounts.models import SignIn
from portal.base import clock
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.uploads.models import Upload
from tests.conftest import SignInAs
from tests.service_requests.world import Sessions, World, make_world

PASSWORD = "five calm otters rowing"
NEW = "/service-requests/new"
TYPED = {
    "token": "a-token-of-this-form",
    "about": "device",
    "severity": "low",
    "subject": "Ingen lyd i møterommet",
    "text": "Skjermen virker,\nmen vi hører ingenting.",
    "contact_name": "Ola Hansen",
    "own_reference": "INC-77",
}
UNSENT = "Nothing was sent yet"
KEPT = "Ingenting er sendt ennå. Det du skrev, er tatt vare på"


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> World:
    made = make_world(session, sessions)
    made.ola.password_hash = hash_of_password(PASSWORD)
    session.commit()
    for each in made.opened:
        each.close()
    return made


@pytest.fixture
def late(world: World, sign_in: SignInAs) -> FlaskClient:
    """A browser in which Ola's sign-in ended an hour ago."""
    with time_machine.travel(clock.now() - timedelta(hours=2), tick=False):
        return sign_in(world.ola)


def send(client: FlaskClient, page: str, path: str = "", **fields: object) -> str:
    """A form with files, as browsers send it: where it leads to, which is to sign in."""
    boundary, body = encode_multipart(fields)
    answer = client.post(
        path or page,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Referer": f"http://localhost{page}", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 303
    assert unquote(answer.location) == f"/sign-in?back={page}"
    return str(answer.location)


def enter(client: FlaskClient, world: World, asked: str) -> str:
    """Sign in where one was asked to: the page one is led back to."""
    told = client.post(asked, data={"email": world.ola.email, "password": PASSWORD})
    assert told.status_code == 303
    return client.get(told.location).text.replace("\r\n", "\n")


def test_a_form_with_files_is_back_with_all_that_was_typed(
    late: FlaskClient, world: World, session: ScopedSession
) -> None:
    asked = send(late, NEW, **TYPED, files=FileStorage(BytesIO(), ""))
    page = enter(late, world, asked)

    assert 'value="Ingen lyd i møterommet"' in page
    assert TYPED["text"] in page
    assert 'value="INC-77"' in page
    assert session.scalars(select(ServiceRequest)).all() == []


def test_the_sign_in_page_says_that_nothing_was_sent_and_all_is_kept(
    late: FlaskClient, world: World
) -> None:
    asked = send(late, NEW, **TYPED)

    assert KEPT in late.get(asked).text
    assert "Filene må du velge" not in late.get(asked).text
    wrong = late.post(asked, data={"email": world.ola.email, "password": "not this one at all"})
    assert KEPT in wrong.text
    assert "Ingenting er sendt" not in late.get("/sign-in").text
    assert f"{UNSENT}. What you typed is in the form" in enter(late, world, asked)


def test_files_are_named_that_have_to_be_chosen_anew(
    late: FlaskClient, world: World, session: ScopedSession
) -> None:
    log = FileStorage(BytesIO(b"x" * 3_000_000), "logg.txt")
    picture = FileStorage(BytesIO(b"y"), "feil.png")
    asked = send(late, NEW, **TYPED, files=[log, picture])
    # It is said at once, and not only on coming back.
    assert "Filene må du velge på nytt." in late.get(asked).text
    page = enter(late, world, asked)

    assert TYPED["text"] in page
    told = page.partition("Choose your files again:")[2].partition("</p>")[0]
    assert "logg.txt" in told
    assert "feil.png" in told
    assert session.scalars(select(Upload)).all() == []


def test_files_that_were_sent_while_typing_stay_with_the_form(
    late: FlaskClient, world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    begun = sign_in(world.ola).post(
        "/uploads", data={"purpose": "new_request", "name": "logg.txt", "size": "5"}
    )
    token = begun.get_json()["token"]

    page = enter(late, world, send(late, NEW, **TYPED, files=[token, FileStorage(BytesIO(), "")]))

    assert f'value="{token}"' in page
    assert "logg.txt" in page


def test_an_answer_is_back_on_the_page_of_its_request(
    late: FlaskClient, world: World, session: ScopedSession
) -> None:
    page = f"/service-requests/{reference('SR', world.request())}"
    typed = {"token": "a-token-of-sixteen", "text": "Vi har prøvd to ganger."}

    shown = enter(late, world, send(late, page, f"{page}/replies", **typed))

    assert f"{typed['text']}</textarea>" in shown
    assert UNSENT in shown
    messages = session.scalars(select(ServiceRequestMessage.text)).all()
    assert typed["text"] not in messages


def test_it_is_kept_too_when_one_signed_out_on_another_tab(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    browser = sign_in(world.ola)
    browser.get(NEW)
    browser.post("/sign-out")
    assert session.scalars(select(SignIn)).all() == []

    asked = send(browser, NEW, **TYPED)

    assert KEPT in browser.get(asked).text
    session.expire_all()
    assert session.scalars(select(SignIn.user_id)).all() == [world.ola.id]
    assert browser.get(NEW).status_code == 303  # what is kept lets nobody in
    page = enter(browser, world, asked)
    assert TYPED["text"] in page
    assert UNSENT in page


def test_it_is_kept_too_when_the_sign_in_was_ended_from_another_browser(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    browser = sign_in(world.ola)
    browser.get(NEW)
    for each in session.scalars(select(SignIn)):
        session.delete(each)
    session.commit()

    assert TYPED["text"] in enter(browser, world, send(browser, NEW, **TYPED))


def test_what_is_kept_is_for_whoever_typed_it(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    world.mette.password_hash = hash_of_password(PASSWORD)
    session.add(world.mette)
    session.commit()
    browser = sign_in(world.ola)
    browser.get(NEW)
    browser.post("/sign-out")
    asked = send(browser, NEW, **TYPED)

    browser.post(asked, data={"email": world.mette.email, "password": PASSWORD})

    page = browser.get(NEW).text
    assert TYPED["text"] not in page
    assert UNSENT not in page


def test_whoever_is_let_in_no_more_puts_nothing_away(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    browser = sign_in(world.ola)
    browser.get(NEW)
    browser.post("/sign-out")
    world.ola.deactivated_at = clock.now()
    session.add(world.ola)
    session.commit()

    asked = send(browser, NEW, **TYPED)

    assert session.scalars(select(SignIn)).all() == []
    told = browser.get(asked).text
    assert "Ingenting er sendt ennå." in told
    assert "tatt vare på" not in told


@pytest.fixture
def guarded(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True


def _mark(page: str) -> str:
    return page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]


@pytest.mark.usefixtures("guarded")
def test_after_signing_in_on_another_tab_the_form_of_before_comes_back(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    browser = sign_in(world.ola)
    before = _mark(browser.get(NEW).text)
    with browser.session_transaction() as cookie:
        cookie["csrf_token"] = "as another sign-in has it"
    typed = {**TYPED, "csrf_token": before}
    referer = {"Referer": f"http://localhost{NEW}", "Sec-Fetch-Site": "same-origin"}

    answer = browser.post(NEW, data=typed, headers=referer)

    assert (answer.status_code, answer.location) == (303, NEW)
    page = browser.get(NEW).text.replace("\r\n", "\n")
    assert TYPED["text"] in page
    assert UNSENT in page
    assert session.scalars(select(ServiceRequest)).all() == []
    browser.post(NEW, data={**TYPED, "csrf_token": _mark(page)}, headers=referer)
    assert len(session.scalars(select(ServiceRequest)).all()) == 1


@pytest.mark.usefixtures("guarded")
def test_nothing_is_kept_of_what_another_site_sends(
    world: World, sign_in: SignInAs, session: ScopedSession
) -> None:
    browser = sign_in(world.ola)
    for headers in ({}, {"Referer": "http://evil.example/"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.post(NEW, data={**TYPED, "csrf_token": "made up"}, headers=headers)
        assert answer.status_code in {400, 403}
        assert "X-CSRF-Token" not in answer.headers
    session.expire_all()
    assert session.scalars(select(SignIn.kept)).all() == [None]


@pytest.mark.usefixtures("guarded")
def test_a_script_is_told_the_new_mark(world: World, sign_in: SignInAs) -> None:
    browser = sign_in(world.ola)
    browser.get(NEW)
    for asks in ({"Accept": "application/json"}, {"HX-Request": "true"}):
        headers = {"Referer": f"http://localhost{NEW}", **asks}
        answer = browser.post(f"{NEW}/draft", data=TYPED, headers=headers)
        assert answer.status_code == 400
        headers["X-CSRFToken"] = answer.headers["X-CSRF-Token"]
        assert browser.post(f"{NEW}/draft", data=TYPED, headers=headers).status_code < 400
