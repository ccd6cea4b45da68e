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
from tests.factories import make_account, make_grant, make_partner, make_user


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
    for path in ("/", "/products", "/organization/sites"):
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
    client: FlaskClient, session: Session, anna: User, nordlys: Account
) -> None:
    answer = client.post("/active-account", data={"account": "1042-2107-3"})
    assert (answer.status_code, answer.location) == (303, "/")

    assert "You are looking at Ødegård Kraft AS as staff" in client.get("/").text
    event = session.scalars(select(Event)).one()
    assert (event.account_id, event.what, event.by_id) == (nordlys.id, What.REACHED, anna.id)
    assert "Account opened by staff" in client.get("/").text


def test_leaving_a_customer_leads_back_to_the_list(client: FlaskClient, nordlys: Account) -> None:
    client.post("/active-account", data={"account": "1042-2107-3"})
    assert client.post("/active-account").location == "/desk/accounts"
    assert client.get("/").location == "/desk/accounts"


@pytest.mark.parametrize("number", ["1042-2107-4", "x", "\0", "-1", "9" * 400])
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
