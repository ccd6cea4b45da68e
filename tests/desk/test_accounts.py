import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.history import Event, What
from portal.base.references import read_master_account_id
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    make_account,
    make_grant,
    make_partner,
    make_product,
    make_site,
    make_user,
)


@pytest.fixture
def anna(session: Session) -> User:
    return make_user(session, role=Role.AGENT, name="Anna Agent")


@pytest.fixture
def client(anna: User, sign_in: SignInAs) -> FlaskClient:
    return sign_in(anna)


@pytest.fixture
def nordlys(session: Session) -> Account:
    account = make_account(session, "Ødegård Kraft AS")
    account.digits = read_master_account_id("1042-2107-3") or ""
    session.commit()
    return account


def test_staff_without_an_account_are_led_to_the_customers(client: FlaskClient) -> None:
    for path in ("/products", "/organization/sites"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/desk/accounts")


@pytest.mark.parametrize(
    "search", ["ødegård", "odegard", "OEDEGAARD", "kraft", "1042-2107-3", "104221073", "1042 21"]
)
def test_customers_are_found_by_name_and_number_however_typed(
    client: FlaskClient, session: Session, nordlys: Account, search: str
) -> None:
    make_account(session, "Fjordhelse HF")
    shown = client.get("/desk/accounts", query_string={"q": search}).text
    assert "Ødegård Kraft AS" in shown
    assert "Fjordhelse" not in shown


def test_a_search_without_matches_says_so(client: FlaskClient, nordlys: Account) -> None:
    assert "No matches on" in client.get("/desk/accounts?q=%00zzz").text


def test_customers_come_page_by_page_in_norwegian_order(
    client: FlaskClient, session: Session
) -> None:
    for name in [*(f"B{number:02}" for number in range(26)), "Åse", "Østby", "Aune"]:
        make_account(session, name)
    names = re.compile(r'id="customer-\d+">([^<]+)<')

    first = client.get("/desk/accounts").text
    following = re.search(r'href="(/desk/accounts\?[^"]*after=[^"]+)"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text

    assert names.findall(first)[:2] == ["Aune", "B00"]
    assert names.findall(second)[-2:] == ["Østby", "Åse"]
    assert len(names.findall(first) + names.findall(second)) == 29


def test_opening_a_customer_is_on_record_there_and_shown_on_every_page(
    client: FlaskClient, sign_in: SignInAs, session: Session, anna: User, nordlys: Account
) -> None:
    answer = client.post("/active-account", data={"account": "1042-2107-3"})
    assert (answer.status_code, answer.location) == (303, "/")

    assert "You are looking at Ødegård Kraft AS as staff" in client.get("/").text
    event = session.scalars(select(Event)).one()
    assert (event.account_id, event.what, event.by_id) == (nordlys.id, What.REACHED, anna.id)
    kari = sign_in(make_user(session, account=nordlys, role=Role.ADMINISTRATOR))
    assert "Account opened" in kari.get("/").text


def test_leaving_a_customer_leads_back_to_the_list(client: FlaskClient, nordlys: Account) -> None:
    client.post("/active-account", data={"account": "1042-2107-3"})
    assert client.post("/active-account").location == "/desk/accounts"
    assert client.get("/products").location == "/desk/accounts"


def test_the_first_page_of_staff_is_their_queue(client: FlaskClient) -> None:
    assert client.get("/").location == "/desk"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/desk"


@pytest.mark.parametrize("number", ["1042-2107-4", "x", "-1", "9" * 400])
def test_a_number_that_is_nobodys_leads_nowhere(
    client: FlaskClient, nordlys: Account, number: str
) -> None:
    assert client.post("/active-account", data={"account": number}).status_code == 404


def test_only_staff_see_all_customers(
    session: Session, sign_in: SignInAs, nordlys: Account
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, nordlys)
    for user in (make_user(session), make_user(session, partner=partner)):
        assert sign_in(user).get("/desk/accounts").status_code == 403


def test_the_list_takes_as_many_statements_whatever_it_holds(
    client: FlaskClient, session: Session, engine: Engine
) -> None:
    taken: list[int] = []
    for _ in range(2):
        for _ in range(6):
            make_account(session)
        with counted(engine) as statements:
            client.get("/desk/accounts")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 6


@pytest.mark.parametrize("htmx", [False, True])
def test_what_staff_typed_is_there_again_once_they_said_why(
    client: FlaskClient, session: Session, nordlys: Account, htmx: bool
) -> None:
    product = make_product(session, account=nordlys, serial_number="8G2334A0C1")
    site = make_site(session, nordlys, "Tromsø")
    path = f"/products/{product.reference}"
    typed = {"version": "1", "site": site.name, "room": "Fløyen", "asset_tag": "A 17"}
    client.post("/active-account", data={"account": "1042-2107-3"})
    headers = {"Referer": f"http://localhost{path}"}
    if htmx:
        headers |= {"HX-Request": "true", "HX-Current-URL": f"http://localhost{path}"}

    asked = client.post(f"{path}/details", data=typed, headers=headers)
    reason = asked.headers["HX-Redirect"] if htmx else asked.location
    assert reason == f"/desk/accounts/reason?back={path}"
    assert client.post(reason, data={"reason": ""}).status_code == 422
    back = client.post(reason, data={"reason": "Called about it"}).location

    shown = client.get(back).text
    assert "Nothing is saved yet" in shown
    for value in ("Tromsø", "Fløyen", "A 17"):
        assert f'value="{value}"' in shown
    with client.post(f"{path}/details", data=typed, headers=headers) as saved:
        assert saved.location == path
    session.expire_all()
    assert (product.room, product.asset_tag) == ("Fløyen", "A 17")
    assert "Nothing is saved yet" not in client.get(path).text
