"""Passkeys: made, used once for each question, and refused whatever they lie about."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import SignIn, User
from portal.factors.models import Passkey, RecoveryCode
from portal.factors.passkeys import CHALLENGE_LASTS
from portal.web.limits import Limits
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.factors.software import PRESENT, Authenticator


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session)


@pytest.fixture
def key(ola: User, sign_in: SignInAs) -> Authenticator:
    """Ola's passkey, made in a browser where he is signed in."""
    made = Authenticator()
    assert add(sign_in(ola), made).status_code == 200
    return made


def add(browser: FlaskClient, key: Authenticator, **lies: Any) -> Any:
    options = browser.post("/profile/security/passkeys/challenge").get_json()
    data = {"name": "Phone", "credential": key.create(options, **lies)}
    return browser.post("/profile/security/passkeys", data=data)


def asked(browser: FlaskClient) -> dict[str, Any]:
    options: dict[str, Any] = browser.post("/sign-in/passkey/challenge").get_json()
    return options


def enter(browser: FlaskClient, key: Authenticator, **lies: Any) -> int:
    answer = key.get(asked(browser), **lies)
    return browser.post("/sign-in/passkey", data={"credential": answer}).status_code


def test_the_first_passkey_brings_ten_recovery_codes_and_ends_other_sign_ins(
    ola: User, sign_in: SignInAs, session: Session
) -> None:
    other = sign_in(ola)
    answer = add(sign_in(ola), Authenticator())

    assert answer.text.count('<li class="mono">') == 10
    assert len(session.scalars(select(RecoveryCode)).all()) == 10
    assert other.get("/profile/security").status_code == 303
    session.refresh(ola)
    assert ola.second_factor_at


def test_a_passkey_and_nothing_else_signs_in(client: FlaskClient, key: Authenticator) -> None:
    assert enter(client, key) == 303
    assert client.get("/").status_code == 200


def test_strangers_are_told_of_no_key(client: FlaskClient, key: Authenticator) -> None:
    assert asked(client)["allowCredentials"] == []
    assert asked(client)["userVerification"] == "required"


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://evil.example"},
        {"origin": "https://localhost"},
        {"rp_id": "evil.example"},
        {"challenge": "AAAA"},
        {"flags": PRESENT},
        {"flags": 0},
        {"type": "webauthn.create"},
        {"handle": b"somebody else"},
    ],
    ids=str,
)
def test_whoever_lies_is_not_let_in(
    client: FlaskClient, key: Authenticator, lie: dict[str, Any]
) -> None:
    assert enter(client, key, **lie) == 422
    assert client.get("/").status_code == 303


def test_another_key_of_the_same_name_is_not_let_in(
    client: FlaskClient, key: Authenticator
) -> None:
    thief = Authenticator()
    thief.handle = key.handle
    assert enter(client, thief) == 422


def test_an_answer_is_good_once(app: Flask, client: FlaskClient, key: Authenticator) -> None:
    options = asked(client)
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    answer = {"credential": key.get(options)}
    assert client.post("/sign-in/passkey", data=answer).status_code == 303

    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert thief.post("/sign-in/passkey", data=answer).status_code == 422


def test_a_refused_answer_uses_the_challenge_up(client: FlaskClient, key: Authenticator) -> None:
    options = asked(client)
    with client.session_transaction() as cookie:
        copied = dict(cookie)
    wrong = key.get(options, origin="http://evil.example")
    client.post("/sign-in/passkey", data={"credential": wrong})
    with client.session_transaction() as cookie:
        cookie.update(copied)

    right = {"credential": key.get(options)}
    assert client.post("/sign-in/passkey", data=right).status_code == 422


def test_an_answer_that_comes_late_is_refused(
    client: FlaskClient, key: Authenticator, travel: Any
) -> None:
    options = asked(client)
    travel(CHALLENGE_LASTS)
    answer = {"credential": key.get(options)}
    assert client.post("/sign-in/passkey", data=answer).status_code == 422


def test_a_copy_of_a_key_that_counts_is_found_out(
    client: FlaskClient, app: Flask, key: Authenticator
) -> None:
    assert enter(client, key, count=7) == 303
    for count in (7, 3, 0):
        assert enter(app.test_client(), key, count=count) == 422
    assert enter(app.test_client(), key, count=8) == 303


def test_a_key_that_does_not_count_may_be_used_again(
    app: Flask, key: Authenticator, session: Session
) -> None:
    for _ in range(2):
        assert enter(app.test_client(), key, count=0) == 303


@pytest.mark.parametrize(
    "wrong",
    ["", "null", "[]", "{}", "true", '{"id": 7}', '{"id": "\\u0000"}', "[" * 9000, '{"id":"abc"}'],
)
def test_what_is_no_answer_is_refused(client: FlaskClient, wrong: str, key: Authenticator) -> None:
    asked(client)
    assert client.post("/sign-in/passkey", data={"credential": wrong}).status_code == 422


def test_those_who_were_deactivated_are_not_let_in(
    client: FlaskClient, key: Authenticator, ola: User, session: Session
) -> None:
    session.refresh(ola)
    ola.deactivated_at = ola.created_at
    session.commit()
    assert enter(client, key) == 422


@pytest.mark.parametrize(
    "lie",
    [{"origin": "http://evil.example"}, {"rp_id": "evil"}, {"challenge": "AA"}, {"flags": PRESENT}],
    ids=str,
)
def test_no_key_is_added_by_a_lie(
    ola: User, sign_in: SignInAs, session: Session, lie: dict[str, Any]
) -> None:
    assert add(sign_in(ola), Authenticator(), **lie).status_code == 422
    assert session.scalars(select(Passkey)).all() == []


def test_a_key_is_nobody_elses_to_name_or_remove(
    key: Authenticator, session: Session, sign_in: SignInAs, ola: User
) -> None:
    mine = session.scalars(select(Passkey)).one()
    path = f"/profile/security/passkeys/{mine.id}"
    stranger, own = sign_in(make_user(session)), sign_in(ola)

    assert stranger.post(path, data={"name": "Mine"}).status_code == 404
    assert stranger.post(f"{path}/removal").status_code == 404
    assert own.post(path, data={"name": "Ny telefon"}).status_code == 303
    assert "Ny telefon" in own.get("/profile/security").text
    assert own.post(f"{path}/removal").status_code == 303
    session.refresh(ola)
    assert ola.second_factor_at is None
    assert session.scalars(select(RecoveryCode)).all() == []


def test_a_passkey_proves_again_only_for_its_owner(
    key: Authenticator, session: Session, sign_in: SignInAs, ola: User
) -> None:
    for user, expected in ((ola, 303), (make_user(session), 422)):
        browser = sign_in(user)
        answer = {"credential": key.get(asked(browser))}
        path = "/sign-in/again/passkey?back=/profile/security"
        assert browser.post(path, data=answer).status_code == expected
    assert session.scalars(select(SignIn)).all()


def test_asking_too_often_says_when_to_try_again(app: Flask, client: FlaskClient) -> None:
    app.extensions["limits"] = Limits("", stated="passkey per network=1/600")
    client.post("/sign-in/passkey/challenge")

    answer = client.post("/sign-in/passkey/challenge", headers={"Accept-Language": "nb"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "For mange forsøk. Prøv igjen kl." in answer.text
    assert answer.mimetype == "text/plain"
