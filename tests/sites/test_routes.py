import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site
from portal.base.access import GRANTABLE, Role
from portal.base.history import Event, What
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import account_of, make_account, make_grant, make_partner, make_site, make_user

WHOLE = {
    "name": "Tromsø",
    "street": "Storgata 12\n3. etasje",
    "postal_code": "9008",
    "city": "Tromsø",
    "country": "NO",
    "contact_name": "Kari Nordmann",
    "contact_email": "kari@nordlys.example.com",
    "contact_phone": "22 22 22 22",
    "opening_hours": "Mandag til fredag 8–16",
}


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def client(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account))


def token_of(client: FlaskClient) -> str:
    found = re.search(
        r'name="token"[^>]*value="([^"]+)"', client.get("/organization/sites/new").text
    )
    assert found
    return found[1]


def add(client: FlaskClient, **stated: Any) -> Any:
    return client.post("/organization/sites", data={**WHOLE, "token": token_of(client), **stated})


def test_a_site_is_added_and_shown(client: FlaskClient, session: Session) -> None:
    answer = add(client)

    assert answer.status_code == 303
    shown = client.get(answer.location).text
    for told in (
        "Storgata 12",
        "9008 Tromsø",
        "+47 22 22 22 22",
        "Created",
    ):
        assert told in shown.replace("\u00a0", " ")
    site = session.scalars(select(Site)).one()
    assert (site.contact_phone, site.postal_code) == ("+4722222222", "9008")
    event = session.scalars(select(Event)).one()
    assert (event.what, event.kind, event.record_id) == (What.CREATED, "site", site.id)


def test_a_double_click_adds_one_site(client: FlaskClient, session: Session) -> None:
    sent = {**WHOLE, "token": token_of(client)}
    first, second = (client.post("/organization/sites", data=sent) for _ in range(2))

    assert first.location == second.location
    assert session.scalar(select(func.count(Site.id))) == 1


@pytest.mark.parametrize("twin", ["Tromsø", "TROMSØ ", "tromsö"])
def test_a_twin_is_refused_beside_its_name(client: FlaskClient, twin: str) -> None:
    add(client)
    answer = add(client, name=twin)

    assert answer.status_code == 422
    assert "There is already a site called" in answer.text
    assert 'id="name-error"' in answer.text


def test_another_accounts_site_may_have_the_same_name(
    client: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    add(client)
    assert add(sign_in(make_user(session))).status_code == 303


def test_what_is_wrong_is_told_at_each_field_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session
) -> None:
    answer = add(client, name="", postal_code="12", contact_phone="ring", contact_email="kari")

    assert answer.status_code == 422
    for field in ("name", "postal_code", "contact_phone", "contact_email"):
        assert f'id="{field}-error"' in answer.text
    assert "Storgata 12\r\n3. etasje" in answer.text or "Storgata 12\n3. etasje" in answer.text
    assert session.scalar(select(func.count(Site.id))) == 0


def test_a_country_we_do_not_send_to_is_refused(client: FlaskClient) -> None:
    assert add(client, country="XX").status_code == 422


def test_a_site_is_changed(client: FlaskClient, session: Session, account: Account) -> None:
    site = make_site(session, account)
    path = f"/organization/sites/{site.reference}"

    answer = client.post(f"{path}/details", data={**WHOLE, "name": "Oslo", "version": site.version})

    assert (answer.status_code, answer.location) == (303, path)
    session.expire_all()
    assert (site.name, site.city, site.version) == ("Oslo", "Tromsø", 2)
    event = session.scalars(select(Event)).one()
    assert event.what is What.CHANGED
    assert "Kari" not in str(event.details)


def test_a_stale_save_shows_both_texts_and_can_be_saved_then(
    client: FlaskClient, session: Session, account: Account
) -> None:
    site = make_site(session, account)
    path = f"/organization/sites/{site.reference}/details"
    client.post(path, data={**WHOLE, "postal_code": "8006", "city": "Bodø", "version": 1})
    mine = {**WHOLE, "postal_code": "8514", "city": "Narvik"}

    answer = client.post(path, data={**mine, "version": 1})
    assert answer.status_code == 422
    assert "Bodø" in answer.text
    assert 'value="Narvik"' in answer.text

    assert client.post(path, data={**mine, "version": 2}).status_code == 303


def test_observers_look_and_do_not_touch(session: Session, sign_in: SignInAs) -> None:
    observer = make_user(session, role=Role.OBSERVER)
    site = make_site(session, account_of(observer))
    client = sign_in(observer)

    assert "Add a site" not in client.get("/organization/sites").text
    assert client.get(f"/organization/sites/{site.reference}").status_code == 200
    for path in ("/organization/sites/new", f"/organization/sites/{site.reference}/details"):
        assert client.get(path).status_code == 403
    assert client.post("/organization/sites", data=WHOLE).status_code == 403


def test_a_site_of_another_account_does_not_exist(client: FlaskClient, session: Session) -> None:
    other = make_site(session, make_account(session))
    path = f"/organization/sites/{other.reference}"
    assert client.get(path).status_code == 404
    assert client.get(f"{path}/details").status_code == 404
    assert client.post(f"{path}/details", data={**WHOLE, "version": 1}).status_code == 404


@pytest.mark.parametrize("search", ["Ørs", "ors", "oerst", "STA", "sta ørs"])
def test_sites_are_found_however_they_are_typed(
    client: FlaskClient, session: Session, account: Account, search: str
) -> None:
    make_site(session, account, "Ørsta")
    make_site(session, account, "Bodø")

    shown = client.get("/organization/sites", query_string={"q": search}).text

    assert "Ørsta" in shown
    assert "Bodø" not in shown


def test_sites_are_listed_in_norwegian_order_page_by_page(
    client: FlaskClient, session: Session, account: Account
) -> None:
    for name in [*(f"B{number:02}" for number in range(26)), "Ås", "Ørsta", "Ærfugl", "Alta"]:
        make_site(session, account, name)
    names = re.compile(r'/organization/sites/S-\d+">([^<]+)<')

    first = client.get("/organization/sites").text
    following = re.search(r'href="(/organization/sites\?[^"]*after=[^"]+)"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).text

    assert names.findall(first)[:2] == ["Alta", "B00"]
    assert names.findall(second)[-3:] == ["Ærfugl", "Ørsta", "Ås"]
    assert len(names.findall(first) + names.findall(second)) == 30


def test_the_list_takes_as_many_statements_whatever_it_holds(
    client: FlaskClient, session: Session, account: Account, engine: Engine
) -> None:
    client.get("/organization/sites")
    taken = []
    for number in range(2):
        for each in range(5):
            make_site(session, account, f"Site {number}{each}")
        with counted(engine) as statements:
            client.get("/organization/sites")
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 6


def test_a_partner_that_may_only_look_adds_no_sites(session: Session, sign_in: SignInAs) -> None:
    partner, account = make_partner(session), make_account(session)
    make_grant(session, partner, account, permissions=GRANTABLE)
    client = sign_in(make_user(session, partner=partner), acting_for=account)

    assert client.get("/organization/sites").status_code == 200
    assert client.post("/organization/sites", data=WHOLE).status_code == 403
