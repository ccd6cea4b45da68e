import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts import half_sign_ins
from portal.accounts.half_sign_ins import HalfSignIn
from portal.accounts.hashing import hash_of_password, matches
from portal.accounts.models import PasswordReset, SignIn, User
from portal.accounts.tokens import hash_of
from portal.base import clock
from portal.base.history import DeskEvent, What
from portal.base.mails import Mail
from portal.base.tenancy import NOBODY
from portal.passwords.actions import begin_reset, choose_password
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user

OLD, NEW = "five calm otters rowing", "elleve grønne kajakker"
RunJobs = Callable[..., Any]


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, password_hash=hash_of_password(OLD), language="nb")


@pytest.fixture
def token(session: Session, ola: User) -> str:
    made = begin_reset(session, ola, now=clock.now())
    session.commit()
    return made


def ask(client: FlaskClient, email: str) -> Any:
    return client.post("/password-reset", data={"email": email})


def choose(client: FlaskClient, token: str, password: str = NEW) -> Any:
    return client.post(f"/password-reset/{token}", data={"password": password})


def mails(session: Session) -> list[Mail]:
    session.expire_all()
    return list(session.scalars(select(Mail).order_by(Mail.id)))


def test_a_link_comes_by_mail_in_the_readers_language_and_a_new_password_is_chosen(
    client: FlaskClient, session: Session, ola: User, run_jobs: RunJobs
) -> None:
    assert ask(client, f" {ola.email.upper()}").location == "/password-reset/sent"
    run_jobs()
    run_jobs()
    mail = mails(session)[0]
    assert (mail.address, mail.subject) == (ola.email, "Lag nytt passord")
    found = re.search(r"http://localhost(/password-reset/[\w-]+)", mail.text)
    assert found

    assert client.get(found[1]).status_code == 200
    answer = client.post(found[1], data={"password": NEW})

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    session.refresh(ola)
    assert matches(ola.password_hash, NEW)
    run_jobs()
    run_jobs()
    assert mails(session)[-1].subject == "Passordet ditt er endret"


def test_the_link_is_built_on_our_own_address_whatever_the_request_claims(
    app: Flask, session: Session, ola: User, run_jobs: RunJobs
) -> None:
    app.config["TRUSTED_HOSTS"] = None
    app.test_client().post(
        "/password-reset", data={"email": ola.email}, base_url="http://evil.example"
    )
    run_jobs()
    run_jobs()
    assert "evil.example" not in mails(session)[0].text


def test_the_answer_and_the_work_are_the_same_for_everybody(
    client: FlaskClient, session: Session, ola: User, engine: Engine, run_jobs: RunJobs
) -> None:
    gone = make_user(session)
    gone.deactivated_at = clock.now()
    session.commit()
    ask(client, "first@example.com")
    seen = []
    for email in (ola.email, "nobody@example.com", gone.email):
        with counted(engine) as statements:
            answer = ask(client, email)
        kinds = [sql.split()[0] for sql in statements]
        seen.append((answer.status_code, answer.location, len(answer.text), kinds))

    for each in seen:
        assert each == seen[0]
    run_jobs()
    run_jobs()
    assert {mail.address for mail in mails(session)} == {ola.email}


def test_the_address_is_one_text(client: FlaskClient, session: Session, ola: User) -> None:
    for data in ({"email[]": ola.email}, {"email": ""}, {"email": "x" * 300}):
        assert client.post("/password-reset", data=data).status_code == 422
    assert client.post("/password-reset", json={"email": [ola.email, "x@y.no"]}).status_code == 422
    several = {"email": [f"nobody{ola.email}", ola.email]}
    assert client.post("/password-reset", data=several).status_code == 400


def test_five_a_day_for_known_and_unknown_addresses(client: FlaskClient, ola: User) -> None:
    with time_machine.travel("2026-11-22 10:00:10Z", tick=False) as traveller:
        for email in (ola.email, "nobody@example.com"):
            told = [ask(client, email).status_code for _ in range(6)]
            assert told == [303] * 5 + [429]
        english = {"Accept-Language": "en"}
        answer = client.post("/password-reset", data={"email": ola.email.upper()}, headers=english)
        assert answer.headers["Retry-After"] == "86400"
        assert "23 November 2026" in answer.text
        traveller.shift(timedelta(days=1, seconds=1))
        assert ask(client, ola.email).status_code == 303


def test_no_stranger_keeps_a_known_browser_from_a_new_password(
    app: Flask, session: Session, run_jobs: RunJobs
) -> None:
    ola, other = (make_user(session, password_hash=hash_of_password(NEW)) for _ in range(2))
    mine, theirs = app.test_client(), app.test_client()
    for browser, user in ((mine, ola), (theirs, other)):
        assert browser.post("/sign-in", data={"email": user.email, "password": NEW}).status_code
        browser.post("/sign-out")
    for number in range(6):
        stranger = app.test_client()
        place = {"REMOTE_ADDR": f"203.0.113.{number}"}
        stranger.post("/password-reset", data={"email": ola.email}, environ_overrides=place)

    assert ask(theirs, ola.email).status_code == 429  # another person's known browser is a stranger
    assert [ask(mine, ola.email).status_code for _ in range(6)] == [303] * 5 + [429]
    run_jobs()
    run_jobs()
    assert len([mail for mail in mails(session) if mail.address == ola.email]) == 10


def test_choosing_ends_every_sign_in_and_is_on_record(
    client: FlaskClient, session: Session, ola: User, token: str, sign_in: SignInAs
) -> None:
    other = sign_in(ola)
    assert other.get("/").status_code == 200

    choose(client, token)

    assert other.get("/").status_code == 303
    assert session.scalars(select(SignIn)).all() == []
    event = session.scalars(select(DeskEvent)).one()
    assert (event.what, event.record_id) == (What.PASSWORD_CHANGED, ola.id)


def test_a_link_works_once(client: FlaskClient, ola: User, token: str) -> None:
    assert choose(client, token).status_code == 303
    assert choose(client, token).status_code == 410
    assert client.get(f"/password-reset/{token}").status_code == 410


def test_a_new_password_ends_the_other_links_too(
    client: FlaskClient, session: Session, ola: User, token: str
) -> None:
    other = begin_reset(session, ola, now=clock.now())
    session.commit()
    choose(client, token)
    assert choose(client, other).status_code == 410


def test_of_twenty_at_once_one_gets_through(
    session: Session, sessions: Any, ola: User, token: str
) -> None:
    def use(number: int) -> bool:
        with sessions(scope=NOBODY) as own:
            user = choose_password(own, token, f"hash {number}", now=clock.now())
            own.commit()
            return user is not None

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(use, range(20))) == 1


def test_a_link_is_good_for_an_hour(client: FlaskClient, session: Session, ola: User) -> None:
    with time_machine.travel("2026-11-22 10:00Z", tick=False) as traveller:
        token = begin_reset(session, ola, now=clock.now())
        session.commit()
        traveller.shift(timedelta(minutes=59, seconds=59))
        assert client.get(f"/password-reset/{token}").status_code == 200
        traveller.shift(timedelta(seconds=1))
        assert choose(client, token).status_code == 410


def test_tokens_are_long_and_stored_hashed(session: Session, token: str) -> None:
    stored = session.scalars(select(PasswordReset.token_hash)).one()
    assert len(token) >= 22
    assert stored == hash_of(token)
    assert token not in stored


@pytest.mark.parametrize("wrong", ["x", "null", "true", "[]", "%20", "a" * 5000])
def test_what_is_no_token_leads_nowhere(client: FlaskClient, token: str, wrong: str) -> None:
    assert client.get(f"/password-reset/{wrong}").status_code == 410
    assert choose(client, wrong).status_code == 410


def test_there_is_no_link_without_a_token(client: FlaskClient, token: str) -> None:
    assert client.get("/password-reset/").status_code == 404
    assert client.get("/password-reset/%00").status_code == 404
    assert choose(client, "").status_code in {404, 405}


def test_a_deactivated_user_gets_no_new_password(
    client: FlaskClient, session: Session, ola: User, token: str
) -> None:
    ola.deactivated_at = clock.now()
    session.commit()
    assert choose(client, token).status_code == 410


def test_a_password_that_will_not_do_leaves_the_link_as_it_is(
    client: FlaskClient, session: Session, ola: User, token: str
) -> None:
    for weak in ("", "short", "passwordpassword", f"{ola.email}"):
        answer = choose(client, token, weak)
        assert answer.status_code == 422
        assert 'id="password-error"' in answer.text
        assert not weak or f'value="{weak}"' not in answer.text
    assert choose(client, token).status_code == 303


def test_a_sign_in_that_was_begun_with_the_old_password_comes_to_nothing(
    client: FlaskClient, session: Session, ola: User, token: str
) -> None:
    half_sign_ins.begin(session, ola, now=clock.now())
    session.commit()

    assert choose(client, token).status_code == 303

    assert session.scalars(select(HalfSignIn)).all() == []
