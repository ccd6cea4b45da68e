from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.actions import open_sign_in
from portal.accounts.hashing import hash_of_password, matches
from portal.accounts.models import SignIn, User
from portal.base import clock
from portal.base.history import DeskEvent, What
from portal.base.mails import Mail
from portal.factors.actions import forget_factors
from portal.factors.models import Authenticator
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user

OLD, NEW = "five calm otters rowing", "elleve grønne kajakker"
RunJobs = Callable[..., Any]


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, password_hash=hash_of_password(OLD), language="nb")


@pytest.fixture
def browser(sign_in: SignInAs, ola: User) -> FlaskClient:
    return sign_in(ola)


def stated(**changes: object) -> dict[str, object]:
    return {
        "version": 1,
        "name": "Ola Hansen",
        "phone": "22 22 22 22",
        "language": "nb",
        "time_zone": "Asia/Tokyo",
        "theme": "dark",
        "shortcuts": "y",
    } | changes


def fresh(session: Session, user: User) -> User:
    session.expire_all()
    return session.get_one(User, user.id)


def test_what_is_stated_is_kept_and_the_portal_speaks_that_way_from_then_on(
    browser: FlaskClient, session: Session, ola: User
) -> None:
    assert browser.post("/profile", data=stated(language="en")).status_code == 303

    found = fresh(session, ola)
    assert (found.phone, found.language, found.time_zone) == ("+4722222222", "en", "Asia/Tokyo")
    assert (found.theme, found.shortcuts, found.profile_version) == ("dark", True, 2)
    text = browser.get("/profile").text
    assert "Your profile is saved." in text
    assert 'data-color-scheme="dark"' in text
    assert "data-shortcuts" in text
    (deed,) = session.scalars(select(DeskEvent).where(DeskEvent.what == What.CHANGED)).all()
    assert "Ola" not in str(deed.details)
    assert "2222" not in str(deed.details)


def test_times_are_shown_by_the_readers_own_clock(browser: FlaskClient, session: Session) -> None:
    signed_in = session.query(SignIn).one()
    signed_in.started_at = clock.now().replace(hour=12, minute=0) - timedelta(days=40)
    session.commit()
    here = browser.get("/profile/security").text
    browser.post("/profile", data=stated())

    there = browser.get("/profile/security").text

    assert "(JST)" not in here
    assert "(JST)" in there


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b\n"),
        ("name", "x" * 121),
        ("phone", "112"),
        ("phone", "javascript:alert(1)"),
        ("phone", "9" * 41),
        ("language", "no"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("theme", "pink"),
        ("version", "one"),
        ("version", "-1"),
        ("version", ""),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    browser: FlaskClient, session: Session, ola: User, field: str, value: str
) -> None:
    answer = browser.post("/profile", data=stated(**{field: value}))

    assert answer.status_code == 422
    assert fresh(session, ola).profile_version == 1
    assert fresh(session, ola).phone is None


def test_a_name_cannot_begin_a_header(browser: FlaskClient, session: Session, ola: User) -> None:
    answer = browser.post("/profile", data=stated(name="Ola\r\nBcc: alle@example.com"))

    assert answer.status_code == 422
    assert "Skriv navnet på én linje" in answer.text
    assert fresh(session, ola).name == "Ola Hansen"


def test_what_is_nobodys_to_state_changes_nothing(
    browser: FlaskClient, session: Session, ola: User
) -> None:
    more = {"staff_role": "administrator", "email": "x@example.com", "id": "1", "partner_id": "1"}

    for name, value in more.items():
        answer = browser.post("/profile", data=stated(name="Per", **{name: value}))
        assert answer.status_code == 400
        assert "Skjemaet inneholdt noe det ikke spør om" in answer.text

    assert fresh(session, ola).name == "Ola Hansen"
    assert fresh(session, ola).staff_role is None
    assert fresh(session, ola).email == ola.email


def test_a_stale_form_is_shown_both_texts(
    browser: FlaskClient, session: Session, ola: User
) -> None:
    browser.post("/profile", data=stated(name="Ola Første"))

    answer = browser.post("/profile", data=stated(name="Ola Andre"))

    assert answer.status_code == 422
    assert "Ola Første" in answer.text
    assert "Ola Andre" in answer.text
    assert fresh(session, ola).name == "Ola Første"
    assert browser.post("/profile", data=stated(name="Ola Andre", version=2)).status_code == 303
    assert fresh(session, ola).name == "Ola Andre"


def test_sent_twice_it_is_saved_once(browser: FlaskClient, session: Session, ola: User) -> None:
    first, again = (browser.post("/profile", data=stated(version=each)) for each in (1, 2))

    assert (first.status_code, again.status_code) == (303, 303)
    assert fresh(session, ola).profile_version == 2


def test_the_pages_cost_what_they_should(browser: FlaskClient, engine: Engine) -> None:
    found = []
    for path in ("/profile", "/profile/security", "/profile/security/password"):
        browser.get(path)
        with counted(engine) as sent:
            assert browser.get(path).status_code == 200
        found.append(len([each for each in sent if "set_config" not in each]))

    assert found == [2, 5, 1]


def elsewhere(session: Session, user: User) -> SignIn:
    open_sign_in(session, user, now=clock.now(), place="10.0.0.0/24", device="Firefox · Windows")
    session.commit()
    found = session.query(SignIn).filter_by(user_id=user.id).order_by(SignIn.id.desc()).first()
    assert found
    return found


def test_other_browsers_are_seen_and_ended_one_or_all(
    browser: FlaskClient, sign_in: SignInAs, session: Session, ola: User
) -> None:
    other, third = sign_in(ola), sign_in(ola)
    mine, second = session.scalars(select(SignIn.id).order_by(SignIn.id)).all()[:2]
    elsewhere(session, ola)
    page = browser.get("/profile/security").text
    assert "Firefox · Windows" in page
    assert "10.0.0.0/24" in page

    browser.post(f"/profile/security/sign-ins/{second}/ending")
    assert other.get("/profile").status_code == 303
    assert third.get("/profile").status_code == 200
    browser.post("/profile/security/sign-ins/ending")

    assert third.get("/profile").status_code == 303
    assert session.scalars(select(SignIn.id)).all() == [mine]
    assert browser.post(f"/profile/security/sign-ins/{mine}/ending").status_code == 404


def test_nobody_ends_anothers_sign_in(
    browser: FlaskClient, sign_in: SignInAs, session: Session
) -> None:
    kari = make_user(session)
    hers = sign_in(kari)
    theirs = session.query(SignIn).filter_by(user_id=kari.id).one().id

    browser.post(f"/profile/security/sign-ins/{theirs}/ending")

    assert hers.get("/profile").status_code == 200


def choose(browser: FlaskClient, old: str = OLD, new: str = NEW) -> Any:
    return browser.post("/profile/security/password", data={"old": old, "password": new})


def test_a_new_password_ends_all_other_sign_ins_and_tells_by_mail(
    browser: FlaskClient, sign_in: SignInAs, session: Session, ola: User, run_jobs: RunJobs
) -> None:
    other = sign_in(ola)
    with browser.session_transaction() as cookie:
        copied = cookie["sign_in"]

    assert choose(browser).status_code == 303

    assert matches(fresh(session, ola).password_hash, NEW)
    assert other.get("/profile").status_code == 303
    assert browser.get("/profile").status_code == 200
    thief = browser.application.test_client()
    with thief.session_transaction() as cookie:
        cookie["sign_in"] = copied
    assert thief.get("/profile").status_code == 303
    run_jobs()
    assert session.scalars(select(Mail.subject)).all() == ["Passordet ditt er endret"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("wrong", NEW),
        ("", NEW),
        (OLD, ""),
        (OLD, OLD),
        (OLD, "for kort 14 te"),
        (OLD, "password password"),
        (OLD, "x" * 201),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(
    browser: FlaskClient, session: Session, ola: User, old: str, new: str
) -> None:
    assert choose(browser, old, new).status_code == 422
    assert matches(fresh(session, ola).password_hash, OLD)


def test_beside_a_second_factor_eight_signs_will_do_and_seven_not(
    browser: FlaskClient, session: Session, ola: User
) -> None:
    ola.second_factor_at = clock.now()
    session.commit()

    assert choose(browser, new="k7-øv!q").status_code == 422
    assert choose(browser, new="k7-øv!qz").status_code == 303


def test_a_short_password_never_stands_alone(
    browser: FlaskClient, session: Session, ola: User, app: Flask
) -> None:
    ola.second_factor_at = clock.now()
    session.add(Authenticator(user_id=ola.id, sealed="", used_step=0, added_at=clock.now()))
    session.commit()
    short = "k7-øv!qz"
    choose(browser, new=short)
    removal = browser.post("/profile/security/authenticator/removal")
    assert removal.status_code == 422
    assert "Uten den er passordet ditt for kort" in removal.text

    forget_factors(session, fresh(session, ola))  # as an administrator has it done
    session.commit()
    again = app.test_client()
    again.post("/sign-in", data={"email": ola.email, "password": short})
    assert again.get("/profile").location == "/profile/security/password"
    assert "Du trenger et lengre passord" in again.get("/profile/security/password").text
    assert choose(again, old=short, new="r4-ub!wz").status_code == 422
    assert choose(again, old=short, new=NEW).status_code == 303
    assert again.get("/profile").status_code == 200
    assert fresh(session, ola).short_password is False


def test_with_a_long_password_the_last_factor_can_go(
    browser: FlaskClient, session: Session, ola: User
) -> None:
    ola.second_factor_at = clock.now()
    session.add(Authenticator(user_id=ola.id, sealed="", used_step=0, added_at=clock.now()))
    session.commit()
    choose(browser)

    assert browser.post("/profile/security/authenticator/removal").status_code == 303
    assert browser.get("/profile").status_code == 200


def test_nothing_of_a_long_password_is_cut_off(
    browser: FlaskClient, session: Session, ola: User
) -> None:
    long = "elleve grønne kajakker " * 4
    choose(browser, new=long + "x")

    assert not matches(fresh(session, ola).password_hash, long)


def test_address_and_password_ask_for_a_fresh_proof(browser: FlaskClient, session: Session) -> None:
    session.query(SignIn).one().proven_at = clock.now() - timedelta(minutes=6)
    session.commit()

    for path in ("/profile/security/password", "/profile/security/email"):
        for answer in (browser.get(path), browser.post(path)):
            assert answer.location.startswith("/sign-in/again")
