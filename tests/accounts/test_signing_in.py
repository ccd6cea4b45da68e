from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts import hashing
from portal.accounts.models import SignIn, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from tests.conftest import SETTINGS, SignInAs
from tests.counting import counted
from tests.factories import make_user

PASSWORD = "five calm otters rowing"
HASH = hashing.hash_of_password(PASSWORD)


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, password_hash=HASH)


def enter(client: FlaskClient, email: str, password: str = PASSWORD, back: str = "") -> int:
    path = f"/sign-in?back={back}" if back else "/sign-in"
    return client.post(path, data={"email": email, "password": password}).status_code


def deeds(session: Session) -> list[tuple[What, int, int | None]]:
    session.expire_all()
    return [
        (it.what, it.record_id, it.by_id)
        for it in session.scalars(select(DeskEvent).order_by(DeskEvent.number))
    ]


def test_people_sign_in_and_are_led_to_where_they_were_going(
    client: FlaskClient, ola: User
) -> None:
    asked = client.get("/accounts?x=1&y=2")
    assert asked.location == "/sign-in?back=/accounts?x%3D1%26y%3D2"

    answer = client.post(asked.location, data={"email": ola.email, "password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/accounts?x=1&y=2")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("query", ["q=%C3%85lesund", "q=%C3%85lesund&site=Bod%C3%B8%20%26%20omegn"])
def test_people_are_led_back_to_what_they_looked_for_in_norwegian(
    query: str, client: FlaskClient, ola: User
) -> None:
    asked = client.get(f"/products?{query}")

    answer = client.post(asked.location, data={"email": ola.email, "password": PASSWORD})

    assert answer.location == f"/products?{query}"


def test_addresses_are_read_in_any_case(client: FlaskClient, ola: User) -> None:
    assert enter(client, f" {ola.email.upper()} ") == 303


def test_nobody_is_led_off_the_site_after_signing_in(client: FlaskClient, ola: User) -> None:
    answer = client.post(
        "/sign-in?back=//evil.example", data={"email": ola.email, "password": PASSWORD}
    )
    assert answer.location == "/"


def test_known_and_unknown_addresses_get_the_same_answer_after_the_same_work(
    client: FlaskClient, engine: Engine, ola: User, session: Session
) -> None:
    gone = make_user(session, password_hash=HASH)
    gone.deactivated_at = clock.now()
    session.commit()
    for _ in range(2):  # begins the log, and settles the cookie
        enter(client, "first@example.com", "wrong")
    seen: list[tuple[object, ...]] = []
    for email in (ola.email, "nobody1@example.com", gone.email, make_user(session).email):
        verified = patch.object(
            hashing._hasher.__class__, "verify", autospec=True, side_effect=PasswordHasher.verify
        )
        with verified as verify, counted(engine) as statements:
            answer = client.post("/sign-in", data={"email": email, "password": "wrong"})
        seen.append(
            (
                answer.status_code,
                len(answer.text.replace(email, "")),
                list(answer.headers.keys()),
                verify.call_count,
                [sql.split()[0] for sql in statements],
            )
        )

    assert seen[0][0] == 422
    assert seen[0][3] == 1
    for each in seen:
        assert each == seen[0]


def test_a_hash_of_old_parameters_is_renewed_at_sign_in(
    client: FlaskClient, session: Session
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    user = make_user(session, password_hash=old)

    assert enter(client, user.email) == 303
    session.refresh(user)
    assert not hashing.is_outdated(user.password_hash)
    assert enter(client, user.email) == 303


def test_the_cookie_is_new_at_sign_in_and_the_old_one_is_worth_nothing(
    app: Flask, client: FlaskClient, ola: User
) -> None:
    enter(client, ola.email)
    first = client.get_cookie("session")
    enter(client, ola.email)
    second = client.get_cookie("session")
    assert first
    assert second
    assert first.value != second.value

    copied = app.test_client()
    copied.set_cookie("session", first.value)
    assert copied.get("/").status_code == 303
    assert client.get("/").status_code == 200


def test_the_cookie_is_bound_to_this_host_and_to_https(
    app: Flask, session: Session, ola: User
) -> None:
    app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-session")
    answer = app.test_client().post(
        "/sign-in", data={"email": ola.email, "password": PASSWORD}, base_url="https://localhost"
    )
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


def test_signing_out_makes_the_cookie_worthless(
    app: Flask, client: FlaskClient, ola: User, session: Session
) -> None:
    enter(client, ola.email)
    copied = app.test_client()
    copied.set_cookie("session", client.get_cookie("session").value)  # type: ignore[union-attr]
    assert client.get("/sign-out").status_code == 405

    answer = client.post("/sign-out")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert copied.get("/").status_code == 303
    assert session.scalars(select(SignIn)).all() == []
    assert deeds(session) == [(What.SIGNED_IN, ola.id, ola.id), (What.SIGNED_OUT, ola.id, ola.id)]


def test_refusals_are_on_record_for_known_and_unknown_addresses(
    client: FlaskClient, ola: User, session: Session
) -> None:
    enter(client, ola.email, "wrong")
    enter(client, "nobody@example.com", "wrong")

    assert deeds(session) == [
        (What.SIGN_IN_FAILED, ola.id, None),
        (What.SIGN_IN_FAILED, 0, None),
    ]
    assert session.scalars(select(DeskEvent)).first().place == "127.0.0.0/24"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("role", "idle", "refused"),
    [(Role.MEMBER, 59, False), (Role.MEMBER, 60, True), (Role.AGENT, 30, True)],
)
def test_a_sign_in_that_lies_unused_ends(
    session: Session, sign_in: SignInAs, role: Role, idle: int, refused: bool
) -> None:
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as traveller:
        client = sign_in(make_user(session, role=role))
        traveller.shift(timedelta(minutes=idle))
        path = "/" if role is Role.MEMBER else "/accounts"
        answer = client.get(path)
        assert answer.headers.get("Location", "").startswith("/sign-in") == refused


def test_a_sign_in_that_is_used_lasts_a_working_day_and_no_longer(
    session: Session, sign_in: SignInAs
) -> None:
    with time_machine.travel("2026-11-22 06:00Z", tick=False) as traveller:
        client = sign_in(make_user(session))
        for _ in range(23):
            traveller.shift(timedelta(minutes=31))
            with client.get("/") as answer:
                assert answer.status_code == 200
        traveller.shift(timedelta(minutes=7))
        assert client.get("/").status_code == 303


def test_that_it_was_used_is_noted_after_the_answer_and_at_most_every_five_minutes(
    session: Session, sign_in: SignInAs, engine: Engine
) -> None:
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as traveller:
        client = sign_in(make_user(session))
        for minutes, noted in ((4, 0), (1, 1), (4, 0)):
            traveller.shift(timedelta(minutes=minutes))
            with counted(engine) as sent, client.get("/"):
                assert not [sql for sql in sent if sql.startswith("UPDATE")]
            assert len([sql for sql in sent if sql.startswith("UPDATE")]) == noted


def test_a_deactivated_user_is_out_at_once(session: Session, sign_in: SignInAs) -> None:
    user = make_user(session)
    client = sign_in(user)
    assert client.get("/").status_code == 200

    user.deactivated_at = clock.now()
    session.commit()

    assert client.get("/").status_code == 303


def test_someone_signed_in_is_not_asked_to_sign_in(session: Session, sign_in: SignInAs) -> None:
    answer = sign_in(make_user(session)).get("/sign-in?back=/products")
    assert (answer.status_code, answer.location) == (303, "/products")


def test_too_many_guesses_are_turned_away_and_told_until_when(
    client: FlaskClient, ola: User
) -> None:
    with time_machine.travel("2026-11-22 10:00:10Z", tick=False) as traveller:
        assert {enter(client, ola.email, "wrong") for _ in range(10)} == {422}
        answer = client.post(
            "/sign-in",
            data={"email": ola.email, "password": PASSWORD},
            headers={"Accept-Language": "nb"},
        )
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "300"
        assert "For mange forsøk. Prøv igjen kl. 11.06." in answer.text
        assert f'value="{ola.email}"' in answer.text

        traveller.shift(timedelta(seconds=301))
        assert enter(client, ola.email) == 303


def test_an_unknown_address_is_turned_away_like_a_known_one(client: FlaskClient) -> None:
    told = [enter(client, "nobody@example.com", "wrong") for _ in range(11)]
    assert told == [422] * 10 + [429]


def test_guesses_from_one_place_are_counted_over_all_addresses(
    client: FlaskClient, ola: User
) -> None:
    for number in range(10):
        enter(client, f"nobody{number}@example.com", "wrong")
    assert enter(client, ola.email) == 429


def test_a_strangers_guesses_do_not_lock_out_a_known_browser(
    app: Flask, client: FlaskClient, ola: User
) -> None:
    enter(client, ola.email)
    client.post("/sign-out")
    stranger = app.test_client()
    assert [enter(stranger, ola.email, "wrong") for _ in range(11)][-1] == 429

    assert enter(client, ola.email) == 303


def test_a_known_browser_is_not_known_for_others_and_has_no_endless_guesses(
    client: FlaskClient, ola: User, session: Session
) -> None:
    enter(client, ola.email)
    other = make_user(session, password_hash=HASH)
    assert [enter(client, other.email, "wrong") for _ in range(11)][-1] == 429
    assert [enter(client, ola.email, "wrong") for _ in range(11)][-1] == 429


def test_a_crowd_at_the_door_is_asked_to_come_back(client: FlaskClient, ola: User) -> None:
    with patch.object(hashing._counter, "_room", 0):
        answer = client.post("/sign-in", data={"email": ola.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "5"


def test_the_demo_address_is_plain_http() -> None:
    assert not SETTINGS.secure_cookies
