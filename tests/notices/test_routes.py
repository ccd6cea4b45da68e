"""People choose when they hear of what, for themselves, and are not undone by another window."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.history import DeskEvent
from portal.notices.models import NoticeChoice
from portal.notices.notice import How, Notice
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_partner, make_user

PATH = "/profile/notices"
COMES: dict[str, Any] = {
    "import_done": "at_once",
    "colleague_joined": "daily",
    "access_asked": "at_once",
}
OF_REQUESTS = {f"request_{it}": "at_once" for it in ("answered", "changed", "escalated")}
COMES |= {"access_ends": "at_once", "incident": "never"} | OF_REQUESTS
OF_REPLACEMENTS = dict.fromkeys(
    ("replacement_moved", "return_due", "return_answered", "return_charged"), "at_once"
)
OF_LICENSES = dict.fromkeys(("license_ends", "license_revoked"), "at_once")
COMES |= OF_REPLACEMENTS | OF_LICENSES
COMES |= {"employee_asked": "at_once"}
OF_DOWNLOADS = ("release_withdrawn", "news_followed", "security_fix")
COMES |= dict.fromkeys(OF_DOWNLOADS, "at_once")
COMES["here"] = list(COMES)


@pytest.fixture
def kari(session: Session) -> User:
    return make_user(session, account=make_account(session), role=Role.ADMINISTRATOR)


@pytest.fixture
def browser(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def chosen(session: Session) -> dict[Notice, How]:
    session.expire_all()
    return {it.notice: it.how for it in session.scalars(select(NoticeChoice))}


def test_only_what_differs_is_kept(browser: FlaskClient, session: Session, kari: User) -> None:
    data = COMES | {"version": "1", "import_done": "never", "access_asked": "daily"}
    assert browser.post(PATH, data=data).status_code == 303
    assert chosen(session) == {Notice.IMPORT_DONE: How.NEVER, Notice.ACCESS_ASKED: How.DAILY}
    text = browser.get(PATH).text
    assert text.count('<option selected value="never">') == 2
    assert text.count('<option selected value="daily">') == 2
    assert browser.post(PATH, data=COMES | {"version": "2"}).status_code == 303
    assert chosen(session) == {}
    assert session.get_one(User, kari.id).profile_version == 3
    assert len(session.scalars(select(DeskEvent).where(DeskEvent.kind == "user")).all()) == 2


def test_the_later_of_two_windows_sees_both(browser: FlaskClient, session: Session) -> None:
    assert browser.post(PATH, data=COMES | {"version": "1", "import_done": "never"})
    late = browser.post(PATH, data=COMES | {"version": "1", "import_done": "daily"})
    assert late.status_code == 422
    assert "Lagret i mellomtiden" in late.text or "Saved meanwhile" in late.text
    assert chosen(session) == {Notice.IMPORT_DONE: How.NEVER}
    assert browser.post(PATH, data=COMES | {"version": "2", "import_done": "daily"})
    assert chosen(session) == {Notice.IMPORT_DONE: How.DAILY}


@pytest.mark.parametrize(
    "wrong",
    [
        {"import_done": "hourly"},
        {"import_done": ""},
        {"version": ""},
        {"version": "\0"},
    ],
)
def test_what_is_no_choice_is_refused(
    browser: FlaskClient, session: Session, wrong: dict[str, str]
) -> None:
    assert browser.post(PATH, data=COMES | {"version": "1"} | wrong).status_code == 422
    assert chosen(session) == {}


def test_a_choice_that_is_made_twice_is_none(browser: FlaskClient, session: Session) -> None:
    twice = COMES | {"version": "1", "import_done": ["daily", "never"]}
    assert browser.post(PATH, data=twice).status_code == 400
    assert chosen(session) == {}


def test_nobody_chooses_about_what_does_not_come_to_them(
    session: Session, sign_in: SignInAs
) -> None:
    account = make_account(session)
    ola = sign_in(make_user(session, account=account, role=Role.MEMBER))
    mette = sign_in(make_user(session, account=account, role=Role.OBSERVER))
    siri = sign_in(make_user(session, partner=make_partner(session)))
    assert 'name="access_asked"' not in ola.get(PATH).text
    assert 'name="import_done"' in ola.get(PATH).text
    seen = mette.get(PATH).text
    assert all(
        f'name="{it}"' in seen for it in (*OF_REQUESTS, *OF_REPLACEMENTS, *OF_LICENSES, "incident")
    )
    assert seen.count("<select") == len(OF_REQUESTS) + len(OF_REPLACEMENTS) + len(OF_LICENSES) + 3
    assert 'name="access_answered"' in siri.get(PATH).text
    data: dict[str, Any] = {"version": "1", "import_done": "at_once"}
    data |= {"access_asked": "never"}
    data |= {"incident": "never"} | dict.fromkeys(OF_DOWNLOADS, "at_once")
    data |= OF_REQUESTS | OF_REPLACEMENTS | OF_LICENSES
    others = ("incident", *OF_DOWNLOADS)
    data["here"] = ["import_done", *OF_REQUESTS, *OF_REPLACEMENTS, *OF_LICENSES, *others]
    assert ola.post(PATH, data=data | {"user_id": "1"}).status_code == 400
    assert ola.post(PATH, data=data).status_code == 303
    assert chosen(session) == {}


def test_the_page_costs_so_many_statements(browser: FlaskClient, engine: Engine) -> None:
    browser.get(PATH)
    with counted(engine) as sent:
        browser.get(PATH)
    assert len(sent) == 4, sent
