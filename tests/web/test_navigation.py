import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.web.navigation import Entry
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

    alone = sign_in(staff).get("/desk/style").text
    acting = sign_in(staff, acting_for=account).get("/desk/style").text

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
