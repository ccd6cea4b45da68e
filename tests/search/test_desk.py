"""Staff search all customers at once: what has a page at the desk there, the rest in its place."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.base.references import reference
from portal.catalogue.models import ProductModel
from tests.conftest import SignInAs
from tests.factories import make_issue, make_user
from tests.search.things import Things


@pytest.fixture
def anna(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.AGENT, name="Anna Agent"))


def asked(browser: FlaskClient, text: str) -> str:
    return browser.get("/desk/search", query_string={"q": text}).location or ""


def test_whatever_is_named_is_opened_whosever_it_is(
    ours: Things, theirs: Things, anna: FlaskClient
) -> None:
    for it in (ours, theirs):
        number = {kind: path.rpartition("/")[2] for kind, path in it.paths.items()}
        assert asked(anna, number["request"]) == f"/desk/service-requests/{number['request']}"
        assert asked(anna, number["replacement"]) == f"/desk/logistics/{number['replacement']}"
        device = f"/desk/customer?back={it.paths['device']}"
        for text in (number["device"], it.device.serial_number, it.device.serial_number[-6:]):  # type: ignore[index]
            assert asked(anna, text or "") == device
        for text in (number["license"], it.key):
            assert asked(anna, text) == f"/desk/customer?back={it.paths['license']}"
        customer = f"/desk/accounts?q={it.account.master_account_id}"
        assert asked(anna, it.account.master_account_id) == customer
        assert asked(anna, it.account.digits) == customer


def test_a_word_finds_all_customers_things_with_whose_they_are(
    ours: Things, theirs: Things, anna: FlaskClient, session: Session, model: ProductModel
) -> None:
    draft = make_issue(session, "Hakkete lyd", published=False)
    found = anna.get("/desk/search?q=lyd").text
    for it in (ours, theirs):
        assert f"/desk{it.paths['request']}" in found
        assert it.account.name in found
    assert f"/desk/known-issues/{draft.reference}" in anna.get("/desk/search?q=hakkete").text
    assert "Fjordhelse HF" in anna.get("/desk/search?q=fjordhelse").text
    assert asked(anna, "studio x52") == f"/desk/catalogue/{reference('M', model.id)}"


def test_licenses_of_all_customers_are_found_by_the_signs_that_are_shown(
    ours: Things, theirs: Things, anna: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    for it in (ours, theirs):
        found = anna.get("/desk/search", query_string={"q": it.key[-4:].lower()}).text
        assert it.license.name in found
    assert ours.license.name not in found  # whose end in others
    tam = sign_in(make_user(session, role=Role.CSM))
    assert ours.license.name not in tam.get(f"/desk/search?q={ours.key[-4:]}").text


def test_staff_find_what_their_role_lets_them(
    ours: Things, anna: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    csm = sign_in(make_user(session, role=Role.CSM))
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    for text in (ours.paths["license"].rpartition("/")[2], ours.key, "kvokka"):
        page = csm.get("/desk/search", query_string={"q": text, "all": "1"})
        assert f"back={ours.paths['license']}" not in page.text
        assert asked(csm, text) == ""
    assert "Anna Agent" in admin.get("/desk/search?q=anna").text
    assert "Anna Agent" not in csm.get("/desk/search?q=anna").text
    assert 'href="/desk/staff/new"' in admin.get("/desk/search?q=colleague").text
    assert 'href="/desk/staff/new"' not in csm.get("/desk/search?q=colleague").text


def test_the_way_to_what_is_a_customers_names_the_customer_and_opens_it(
    ours: Things, theirs: Things, anna: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    page = anna.get(f"/desk/customer?back={theirs.paths['device']}")
    assert theirs.account.name in page.text
    assert theirs.account.master_account_id in page.text
    working = make_user(session, role=Role.AGENT)
    acting = sign_in(working, acting_for=ours.account)
    led = acting.get(f"/desk/customer?back={ours.paths['device']}")
    assert led.location == ours.paths["device"]
    assert asked(acting, ours.device.serial_number or "") == ours.paths["device"]
    nowhere = ("", "/products", "//evil.example", f"/products/{reference('P', 9_000_000)}")
    for path in (*nowhere, "/organization/users"):
        assert anna.get("/desk/customer", query_string={"back": path}).status_code == 404
    csm = sign_in(make_user(session, role=Role.CSM))
    assert csm.get(f"/desk/customer?back={ours.paths['license']}").status_code == 404
