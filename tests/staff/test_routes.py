"""Portal administrators keep the vendor's own people; rank is strict, and one is always left."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.half_sign_ins import begin
from portal.accounts.models import PasswordReset, SignIn, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.mails import Mail
from portal.base.references import reference
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_user

BASE = "/desk/staff"
ADMIN = Role.STAFF_ADMINISTRATOR


def make_admin(session: Session) -> User:
    return make_user(session, role=ADMIN, password_hash="x")


@pytest.fixture
def me(session: Session) -> User:
    return make_admin(session)


@pytest.fixture
def admin(me: User, sign_in: SignInAs) -> FlaskClient:
    return sign_in(me)


def page_of(user: User) -> str:
    return f"{BASE}/{reference('U', user.id)}"


def test_somebody_is_invited_once_and_chooses_a_password(
    session: Session, admin: FlaskClient, client: FlaskClient, run_jobs: Callable[..., int]
) -> None:
    told = {"name": "Anna", "email": "Anna@poly.example.com", "role": "agent", "token": "t" * 20}
    first, second = (admin.post(BASE, data=told) for _ in range(2))
    assert (first.status_code, first.location) == (303, second.location)
    anna = session.scalars(select(User).where(User.email == "anna@poly.example.com")).one()
    assert (anna.staff_role, anna.partner_role, anna.password_hash) == (Role.AGENT, None, "")
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    link = next(word for word in mail.text.split() if "/password-reset/" in word)
    assert client.get(link.removeprefix("http://localhost")).status_code == 200
    ends_at = session.scalars(select(PasswordReset.ends_at)).one()
    assert ends_at - clock.now() > timedelta(hours=71)
    assert "Invited" in admin.get(BASE).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "administrator"},
        {"role": "partner"},
        {"role": ""},
        {"email": "x"},
        {"email": "a@b.example.com\r\nBcc: c@d.example.com"},
        {"name": " \0 "},
    ],
)
def test_who_is_no_one_of_ours_is_not_invited(
    session: Session, admin: FlaskClient, wrong: dict[str, str]
) -> None:
    told = {"name": "Anna", "email": "anna@poly.example.com", "role": "agent", "token": "t" * 20}
    assert admin.post(BASE, data=told | wrong).status_code == 422
    assert session.query(User).count() == 1


def test_a_role_is_changed_on_record_and_told(
    session: Session, admin: FlaskClient, run_jobs: Callable[..., int]
) -> None:
    anna = make_user(session, role=Role.AGENT, language="nb")
    path = f"{page_of(anna)}/role"
    assert admin.post(path, data={"role": "tam", "version": "1"}).status_code == 303
    stale = admin.post(path, data={"role": "csm", "version": "1"})
    assert stale.status_code == 422
    assert "Technical account manager" in stale.text
    session.refresh(anna)
    assert (anna.staff_role, anna.rights_version) == (Role.TAM, 2)
    event = session.scalars(select(DeskEvent).where(DeskEvent.what == What.RIGHTS_CHANGED)).one()
    assert event.details == {"before": "agent", "role": "tam"}
    run_jobs()
    assert session.scalars(select(Mail.address)).all() == [anna.email]


def test_whoever_leaves_is_out_at_once(
    session: Session, admin: FlaskClient, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    anna = make_user(session, role=Role.AGENT)
    browser = sign_in(anna)
    begin(session, anna, now=clock.now())
    session.commit()
    assert browser.get("/desk/accounts").status_code == 200
    for _ in range(2):
        assert admin.post(f"{page_of(anna)}/deactivation").status_code == 303
    assert browser.get("/desk/accounts").location.startswith("/sign-in")
    assert session.query(SignIn).filter_by(user_id=anna.id).count() == 0
    run_jobs()
    assert session.query(Mail).count() == 1
    assert anna.name in admin.get(f"{BASE}?gone=1").text


def test_nobody_decides_about_an_equal(session: Session, admin: FlaskClient) -> None:
    other = make_admin(session)
    shown = admin.get(page_of(other)).text
    assert "It is done on the server" in shown
    assert admin.post(f"{page_of(other)}/deactivation").status_code == 422
    refused = admin.post(f"{page_of(other)}/role", data={"role": "agent", "version": "1"})
    assert refused.status_code == 422
    session.refresh(other)
    assert (other.staff_role, other.deactivated_at) == (ADMIN, None)


def test_the_last_portal_administrator_stays(
    session: Session, admin: FlaskClient, me: User
) -> None:
    make_user(session, role=ADMIN)  # invited, and never came
    for path, data in (("deactivation", {}), ("role", {"role": "agent", "version": "1"})):
        assert admin.post(f"{page_of(me)}/{path}", data=data).status_code == 422
    make_admin(session)
    stepped = admin.post(f"{page_of(me)}/role", data={"role": "agent", "version": "1"})
    assert stepped.status_code == 303
    assert admin.get(BASE).status_code == 403


def test_only_staff_are_found_here(session: Session, admin: FlaskClient) -> None:
    for user in (make_user(session), make_user(session, role=Role.PARTNER)):
        assert admin.get(page_of(user)).status_code == 404


def test_a_fresh_proof_is_asked_for(session: Session, admin: FlaskClient, me: User) -> None:
    session.query(SignIn).update({"proven_at": clock.now() - timedelta(minutes=6)})
    session.commit()
    anna = make_user(session, role=Role.AGENT)
    for path in ("role", "deactivation", "invitation"):
        asked = admin.post(f"{page_of(anna)}/{path}")
        assert asked.location.startswith("/sign-in/again")


def test_the_list_takes_as_many_statements_whatever_it_holds(
    session: Session, admin: FlaskClient, engine: Engine
) -> None:
    taken = []
    for _ in range(2):
        for _ in range(4):
            make_user(session, role=Role.AGENT)
        with counted(engine) as sent:
            assert admin.get(BASE).status_code == 200
        taken.append(len(sent))
    assert taken[0] == taken[1] <= 6
