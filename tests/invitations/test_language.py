"""Whoever invites chooses the language that whoever is invited is written to in: at every door."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.base.mails import Mail
from portal.web.locale import LANGUAGES
from tests.conftest import SignInAs
from tests.factories import make_account, make_partner, make_user
from tests.web.html import Page

TO = "ny@example.com"
DOORS = ["customer", "first administrator", "partner", "first at a partner", "staff"]


@pytest.fixture
def door(
    request: pytest.FixtureRequest, session: Session, sign_in: SignInAs
) -> tuple[FlaskClient, str, str, dict[str, str]]:
    """Who invites, speaking Norwegian: the page, where it is sent, and what is stated there."""
    account, partner = make_account(session), make_partner(session)
    staff = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR, language="nb"))
    named = {"name": "Ny", "email": TO, "token": "t" * 20, "reason": "They asked for it"}
    if request.param == "customer":
        kari = make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")
        stated = {"emails": TO, "role": "member", "sees": "usual", "token": "t" * 20}
        return sign_in(kari), "/organization/users/new", "/organization/users", stated
    if request.param == "partner":
        siri = make_user(session, partner=partner, role=Role.PARTNER_ADMINISTRATOR, language="nb")
        return sign_in(siri), "/partner/users/new", "/partner/users", named | {"role": "partner"}
    path = {
        "first administrator": f"/desk/accounts/{account.master_account_id}/administrators",
        "first at a partner": f"/desk/partners/{partner.reference}/administrators",
        "staff": "/desk/staff",
    }[request.param]
    role = {"role": "agent"} if request.param == "staff" else {}
    return staff, f"{path}/new", path, named | role


@pytest.mark.parametrize("door", DOORS, indirect=True)
@pytest.mark.parametrize(("chosen", "spoken"), [("en", "en"), (None, "nb"), ("xx", None)])
def test_the_mail_speaks_the_language_that_was_chosen(
    session: Session, run_jobs: Callable[..., int], chosen: str | None, spoken: str | None,
    door: tuple[FlaskClient, str, str, dict[str, str]],
) -> None:  # fmt: skip
    browser, asking, path, stated = door
    asked = Page(browser.get(asking).text).elements
    assert any(tag == "select" and it.get("name") == "language" for tag, it in asked)

    answer = browser.post(path, data=stated | ({"language": chosen} if chosen else {}))

    assert answer.status_code == (303 if spoken else 422)
    run_jobs()
    assert session.scalars(select(Mail.language)).all() == ([spoken] if spoken else [])


def test_the_page_behind_the_link_speaks_it_too(
    client: FlaskClient, session: Session, sign_in: SignInAs, run_jobs: Callable[..., int]
) -> None:
    staff = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR, language="nb"))
    told = {"name": "Ny", "email": TO, "role": "agent", "language": "en", "token": "t" * 20}
    staff.post("/desk/staff", data=told)
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    link = next(word for word in mail.text.split() if "/password-reset/" in word)

    page = client.get(link.removeprefix("http://localhost"), headers={"Accept-Language": "nb"})

    assert page.content_language.as_set() == {"en"}


@pytest.mark.parametrize("door", DOORS, indirect=True)
def test_no_language_is_offered_whose_mails_would_be_half_another(
    session: Session, door: tuple[FlaskClient, str, str, dict[str, str]]
) -> None:
    browser, asking, path, stated = door
    for user in session.scalars(select(User)):
        user.language = "nn"
    session.commit()

    options = [it for tag, it in Page(browser.get(asking).text).elements if tag == "option"]

    assert [it["value"] for it in options if it["value"] in LANGUAGES] == ["nb", "en"]
    assert [it["value"] for it in options if "selected" in it and it["value"] in LANGUAGES] == [
        "nb"
    ]
    assert browser.post(path, data=stated | {"language": "nn"}).status_code == 422
