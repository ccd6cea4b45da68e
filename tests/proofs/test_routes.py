from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hashing import hash_of_password
from portal.accounts.models import SignIn, User
from portal.base import clock
from portal.web.guard import FRESH, personal
from tests.conftest import SignInAs
from tests.factories import make_user

PASSWORD = "five calm otters rowing"
HASH = hash_of_password(PASSWORD)


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, password_hash=HASH)


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """With a page that only those may see who proved lately who they are."""

    def keys() -> tuple[str, dict[str, str]]:
        return "the keys", {"Content-Type": "text/plain"}

    own_app.add_url_rule("/keys", "keys", personal(fresh=True)(keys), methods=["GET", "POST"])
    return own_app


@pytest.fixture
def stale(ola: User, sign_in: SignInAs) -> FlaskClient:
    """A browser in which Ola signed in a little too long ago."""
    with time_machine.travel(clock.now() - FRESH - timedelta(seconds=1), tick=False):
        return sign_in(ola)


def test_whoever_just_signed_in_is_not_asked(ola: User, sign_in: SignInAs) -> None:
    assert sign_in(ola).get("/keys").text == "the keys"


def test_whoever_signed_in_long_ago_proves_again_and_is_led_back(stale: FlaskClient) -> None:
    asked = stale.get("/keys")
    assert (asked.status_code, asked.location) == (303, "/sign-in/again?back=/keys")
    assert "Confirm that it is you" in stale.get(asked.location).text

    proven = stale.post(asked.location, data={"password": PASSWORD})

    assert (proven.status_code, proven.location) == (303, "/keys")
    assert stale.get("/keys").text == "the keys"


def test_a_form_that_is_sent_too_late_is_asked_for_proof_too(stale: FlaskClient) -> None:
    assert stale.post("/keys").location == "/sign-in/again?back=/keys"


def test_a_wrong_password_proves_nothing(stale: FlaskClient) -> None:
    answer = stale.post("/sign-in/again?back=/keys", data={"password": "wrong"})

    assert answer.status_code == 422
    assert "Wrong password." in answer.text
    assert stale.get("/keys").status_code == 303


def test_guesses_are_limited(stale: FlaskClient) -> None:
    for _guess in range(10):
        stale.post("/sign-in/again", data={"password": "wrong"})

    answer = stale.post("/sign-in/again", data={"password": PASSWORD})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_a_cookie_copied_before_is_worth_nothing_after(
    stale: FlaskClient, session: Session, app: Flask
) -> None:
    with stale.session_transaction() as cookie:
        copied = cookie["sign_in"]
    stale.post("/sign-in/again", data={"password": PASSWORD})
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["sign_in"] = copied

    assert thief.get("/accounts").status_code == 303
    assert len(session.scalars(select(SignIn)).all()) == 1


def test_nobody_is_led_off_the_site(stale: FlaskClient) -> None:
    answer = stale.post("/sign-in/again?back=//evil.example", data={"password": PASSWORD})

    assert answer.location == "/"
