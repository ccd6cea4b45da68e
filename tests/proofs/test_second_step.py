"""The second step of signing in: codes that are good once, and only after the password."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.half_sign_ins import LASTS, begin
from portal.accounts.hashing import hash_of_password
from portal.accounts.models import User
from portal.base import clock
from portal.factors.actions import add_authenticator, make_recovery_codes
from portal.factors.rules import STEP
from portal.factors.sealing import seal
from tests.conftest import SETTINGS
from tests.factories import make_user

PASSWORD = "five calm otters rowing"
HASH = hash_of_password(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def ola(session: Session) -> User:
    """He has an app, set up a while ago."""
    user = make_user(session, password_hash=HASH)
    sealed = seal(SETTINGS.secret_key, user.id, SECRET)
    add_authenticator(session, user, sealed=sealed, step=0, now=clock.now())
    session.commit()
    return user


def code(shift: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(int(clock.now().timestamp()) + shift * STEP)


def half_way(app: Flask, user: User, back: str = "") -> FlaskClient:
    browser = app.test_client()
    path = f"/sign-in?back={back}" if back else "/sign-in"
    answer = browser.post(path, data={"email": user.email, "password": PASSWORD})
    assert answer.location.startswith("/sign-in/code")
    return browser


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(app: Flask, ola: User) -> None:
    browser = half_way(app, ola)
    assert browser.get("/").status_code == 303
    assert browser.get("/profile/security").status_code == 303
    assert "one-time-code" in browser.get("/sign-in/code").text


def test_the_code_lets_in_and_leads_to_where_they_were_going(app: Flask, ola: User) -> None:
    browser = half_way(app, ola, "/accounts")
    answer = browser.post(
        "/sign-in/code?back=/accounts", data={"code": f" {code()[:3]} {code()[3:]}"}
    )
    assert (answer.status_code, answer.location) == (303, "/accounts")
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(("shift", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_clocks_may_be_one_step_off(app: Flask, ola: User, shift: int, status: int) -> None:
    browser = half_way(app, ola)
    assert browser.post("/sign-in/code", data={"code": code(shift)}).status_code == status


@pytest.mark.parametrize("wrong", ["", "000000 ", "12345", "١٢٣٤٥٦", "null", "1" * 300])
def test_wrong_codes_are_refused(app: Flask, ola: User, wrong: str) -> None:
    browser = half_way(app, ola)
    assert browser.post("/sign-in/code", data={"code": wrong}).status_code == 422


def test_a_code_is_good_once_and_those_before_it_no_more(app: Flask, ola: User) -> None:
    used = code()
    assert half_way(app, ola).post("/sign-in/code", data={"code": used}).status_code == 303
    for spent in (used, code(-1)):
        again = half_way(app, ola)
        assert again.post("/sign-in/code", data={"code": spent}).status_code == 422


def at_once(app: Flask, browsers: list[FlaskClient], data: dict[str, Any]) -> list[int]:
    barrier, found = Barrier(len(browsers)), []

    def enter(browser: FlaskClient) -> None:
        barrier.wait()
        found.append(browser.post("/sign-in/code", data=data).status_code)

    threads = [Thread(target=enter, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.proofs.codes.LIMITS", ())


def halves(app: Flask, user: User, session: Session, count: int) -> list[FlaskClient]:
    found = []
    for _ in range(count):
        token = begin(session, user, now=clock.now())
        session.commit()
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie["half"] = token
        found.append(browser)
    return found


@pytest.mark.usefixtures("unlimited")
def test_of_twenty_at_once_one_code_lets_one_in(app: Flask, ola: User, session: Session) -> None:
    browsers = halves(app, ola, session, 20)
    found = at_once(app, browsers, {"code": code()})
    assert (found.count(303), found.count(422)) == (1, 19)


@pytest.mark.usefixtures("unlimited")
def test_of_twenty_at_once_one_recovery_code_lets_one_in(
    app: Flask, ola: User, session: Session
) -> None:
    codes = make_recovery_codes(session, ola)
    session.commit()
    found = at_once(app, halves(app, ola, session, 20), {"recovery_code": codes[0]})
    assert (found.count(303), found.count(422)) == (1, 19)


def test_a_recovery_code_lets_in_once_however_it_is_typed(
    app: Flask, ola: User, session: Session, run_jobs: Callable[..., int]
) -> None:
    first, second, *_rest = make_recovery_codes(session, ola)
    session.commit()
    typed = first.upper().replace("-", " ")
    for recovery_code, status in ((typed, 303), (first, 422), (second, 303)):
        browser = half_way(app, ola)
        answer = browser.post("/sign-in/code", data={"recovery_code": recovery_code})
        assert answer.status_code == status
    others = make_recovery_codes(session, make_user(session))
    session.commit()
    browser = half_way(app, ola)
    assert browser.post("/sign-in/code", data={"recovery_code": others[0]}).status_code == 422
    assert run_jobs() >= 2  # he is told by mail


def test_half_a_sign_in_ends_after_ten_minutes(app: Flask, ola: User, travel: Any) -> None:
    browser = half_way(app, ola)
    travel(LASTS + timedelta(seconds=1))
    answer = browser.post("/sign-in/code", data={"code": code()})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.get("/").status_code == 303


def test_half_a_sign_in_becomes_one_whole(app: Flask, ola: User) -> None:
    browser = half_way(app, ola)
    with browser.session_transaction() as cookie:
        copied = dict(cookie)
    assert browser.post("/sign-in/code", data={"code": code(-1)}).status_code == 303
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert thief.post("/sign-in/code", data={"code": code()}).location == "/sign-in"


def test_guesses_are_limited_and_do_not_lock_a_known_browser_out(app: Flask, ola: User) -> None:
    known = half_way(app, ola)
    assert known.post("/sign-in/code", data={"code": code(-1)}).status_code == 303
    stranger = half_way(app, ola)
    found = [stranger.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(6)]
    assert found == [422] * 4 + [429] * 2  # one of the five was Ola's own
    answer = stranger.post("/sign-in/code", data={"code": code()})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0

    known.post("/sign-out")
    known.post("/sign-in", data={"email": ola.email, "password": PASSWORD})
    assert known.post("/sign-in/code", data={"code": code()}).status_code == 303


def test_a_secret_of_another_row_opens_nothing(app: Flask, ola: User, session: Session) -> None:
    eve = make_user(session, password_hash=HASH)
    copied = seal(SETTINGS.secret_key, ola.id, SECRET)
    add_authenticator(session, eve, sealed=copied, step=0, now=clock.now())
    session.commit()
    assert half_way(app, eve).post("/sign-in/code", data={"code": code()}).status_code == 422
