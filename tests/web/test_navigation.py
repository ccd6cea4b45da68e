import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.web.menus import Entry
from tests.conftest import SignInAs
from tests.factories import make_account, make_user


def test_the_menu_leads_only_to_pages_that_are_there(
    app: Flask, sign_in: SignInAs, session: Session
) -> None:
    staff = make_user(session, role=Role.STAFF_ADMINISTRATOR)
    page = sign_in(staff).get("/desk/style")

    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert 'href="/desk/style" aria-current="page"' in page.text
    for path in ("/desk/accounts", "/desk/catalogue", "/desk/agreements", "/desk/mailbox"):
        assert (f'href="{path}"' in page.text) == (path in rules)


def test_staff_see_the_customers_menu_only_when_they_look_at_one(
    sign_in: SignInAs, session: Session
) -> None:
    staff = make_user(session, role=Role.AGENT)
    account = make_account(session, "Kaldfjord Drift AS")

    alone = sign_in(staff).get("/desk/known-issues").text
    acting = sign_in(staff, acting_for=account).get("/desk/known-issues").text

    assert "Kaldfjord Drift AS" not in alone
    assert "You are looking at Kaldfjord Drift AS as staff" in acting


def test_strangers_see_no_menu(client: FlaskClient) -> None:
    assert "<nav class=" not in client.get("/sign-in").text


@pytest.mark.parametrize(
    ("entry", "page", "current"),
    [
        ("/", "/", True),
        ("/", "/products", False),
        ("/products", "/products/P-1004217", True),
        ("/partner", "/partners", False),
    ],
)
def test_a_page_belongs_under_the_entry_above_it(
    app: Flask, entry: str, page: str, current: bool
) -> None:
    with app.test_request_context(page):
        assert Entry("", entry).current is current


def test_the_pages_of_a_section_stand_beside_each_other(
    sign_in: SignInAs, session: Session
) -> None:
    staff = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))

    beside = staff.get("/desk/jobs").text.split('class="tabs rail"')[1].split("</nav>")[0]

    assert 'href="/desk/jobs" aria-current="page"' in beside
    assert 'href="/desk/mailbox"' in beside
    assert 'class="tabs rail"' not in staff.get("/desk/accounts").text


def test_a_section_leads_to_the_first_page_in_it_that_is_open(
    sign_in: SignInAs, session: Session
) -> None:
    agent = sign_in(make_user(session, role=Role.AGENT)).get("/desk/accounts").text

    assert '<a href="/desk/incidents">Operation</a>' in agent
