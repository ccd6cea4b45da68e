"""A customer lets partners do things, sees what they did, and ends it."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, GrantSite
from portal.accounts.models import Account, Partner
from portal.base.access import Permission, Role
from portal.base.history import Event
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_grant, make_partner, make_site, make_user

NOW = "2026-11-22 12:00Z"
BASE = "/organization/partners"


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def kari(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    return sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.replace("\u00a0", " ")))


def given(to: Partner, **stated: Any) -> dict[str, Any]:
    return {
        "partner": to.name,
        "permissions": ["products:change"],
        "where": "everywhere",
        "token": "x" * 20,
    } | stated


def test_access_is_given_with_what_it_rests_on(
    session: Session, sign_in: SignInAs, kari: FlaskClient, account: Account
) -> None:
    partner = make_partner(session)
    answer = kari.post(BASE, data=given(partner, last_day="31.12.2026"))

    assert answer.status_code == 303
    grant = session.scalars(select(Grant)).one()
    assert grant.permissions == ["account:view", "products:change", "products:view"]
    assert (grant.account_id, grant.last_day) == (account.id, date(2026, 12, 31))
    shown = words(kari.get(answer.location).text)
    assert "Register and change devices" in shown
    assert "31 December 2026" in shown
    assert "Partner given access" in shown
    siri = sign_in(make_user(session, partner=partner))
    assert account.name in siri.get("/partner").text
    assert partner.name in kari.get(BASE).text


def test_a_double_click_gives_access_once(session: Session, kari: FlaskClient) -> None:
    sent = given(make_partner(session))
    first, second = (kari.post(BASE, data=sent) for _ in range(2))
    assert first.location == second.location
    assert session.query(Grant).count() == 1


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"partner": "Nobody AS"}, "We cannot find this partner."),
        ({"partner": ""}, "Choose the partner."),
        ({"permissions": []}, "Choose at least one thing"),
        ({"permissions": ["organization:manage"]}, "A partner cannot be given this."),
        ({"permissions": ["partner:manage", "account:view"]}, "A partner cannot be given this."),
        ({"permissions": ["made up"]}, "Choose at least one thing"),
        ({"where": "some"}, "Choose at least one site"),
        ({"where": "some", "sites": ["99999"]}, "One of the sites does not exist any more."),
        ({"last_day": "21.11.2026"}, "The last day is over already."),
        ({"last_day": "soon"}, "Write the date as day, month and year"),
        ({"where": "nowhere"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_given_is_refused_in_a_sentence(
    session: Session, kari: FlaskClient, stated: dict[str, Any], told: str
) -> None:
    answer = kari.post(BASE, data=given(make_partner(session), **stated))
    assert (answer.status_code, session.query(Grant).count()) == (422, 0)
    assert told in answer.text


def test_a_closed_partner_is_not_found(session: Session, kari: FlaskClient) -> None:
    partner = make_partner(session)
    assert partner.name in kari.get(f"{BASE}/choices?partner={partner.name[:5]}").text
    partner.closed_at = partner.created_at = session.query(Account).first().created_at  # type: ignore[union-attr]
    session.commit()
    assert partner.name not in kari.get(f"{BASE}/choices?partner={partner.name[:5]}").text
    assert kari.post(BASE, data=given(partner)).status_code == 422


def test_nothing_is_offered_before_something_is_typed(session: Session, kari: FlaskClient) -> None:
    partner = make_partner(session)
    assert partner.name not in kari.get(f"{BASE}/choices?partner=").text
    shown = kari.get(f"{BASE}/choices?partner=vest", headers={"HX-Request": "true"}).text
    assert partner.name in shown


def test_access_is_limited_to_sites_of_ones_own(
    session: Session, kari: FlaskClient, account: Account
) -> None:
    mine, other = make_site(session, account, "Bodø"), make_site(session, make_account(session))
    stated = {"where": "some", "sites": [str(mine.id), str(other.id)]}
    assert kari.post(BASE, data=given(make_partner(session), **stated)).status_code == 422

    answer = kari.post(BASE, data=given(make_partner(session), where="some", sites=str(mine.id)))

    assert [it.site_id for it in session.scalars(select(GrantSite))] == [mine.id]
    assert "Bodø" in kari.get(answer.location).text
    assert "1 site" in kari.get(BASE).text


def test_of_many_sites_one_is_searched_for_at_a_time(
    session: Session, kari: FlaskClient, account: Account
) -> None:
    sites = [make_site(session, account, f"Sted {number}") for number in range(14)]
    sent = given(make_partner(session), add="1", site="sted 3", sites=str(sites[5].id))
    answer = kari.post(BASE, data=sent)

    assert (answer.status_code, session.query(Grant).count()) == (200, 0)
    assert "Sted 3" in answer.text
    assert "Sted 5" in answer.text
    assert "Sted 7" not in answer.text
    assert kari.post(BASE, data=sent | {"site": "Nowhere"}).status_code == 422


def test_a_grant_is_changed_unless_it_changed_meanwhile(
    session: Session, kari: FlaskClient, account: Account
) -> None:
    grant = make_grant(session, make_partner(session), account)
    grant_was = (grant.granted_at, grant.granted_by_id)
    path = f"{BASE}/{grant.reference}/access"
    stated = {"permissions": ["account:view"], "where": "everywhere", "version": "1"}

    assert kari.post(path, data=stated).status_code == 303
    session.refresh(grant)
    assert (grant.permissions, grant.version) == (["account:view"], 2)
    assert (grant.granted_at, grant.granted_by_id) == grant_was  # when and by whom it was given
    assert kari.post(path, data=stated | {"permissions": ["export"]}).status_code == 422
    assert kari.post(path, data=stated | {"version": "2"}).status_code == 303
    session.refresh(grant)
    assert grant.version == 2  # nothing was different


def test_other_sites_alone_make_it_another_grant(
    session: Session, kari: FlaskClient, account: Account
) -> None:
    sites = [make_site(session, account, name) for name in ("Bodø", "Oslo")]
    partner = make_partner(session)
    kari.post(BASE, data=given(partner, where="some", sites=str(sites[0].id)))
    grant = session.scalars(select(Grant)).one()
    stated = given(partner, where="some", sites=str(sites[1].id), version=str(grant.version))
    del stated["partner"]
    before = grant.version

    with time_machine.travel("2026-11-22 12:01Z", tick=False):
        assert kari.post(f"{BASE}/{grant.reference}/access", data=stated).status_code == 303

    session.refresh(grant)
    assert grant.version == before + 1
    assert [it.site_id for it in session.scalars(select(GrantSite))] == [sites[1].id]


def test_withdrawing_ends_it_and_is_on_record(
    session: Session, kari: FlaskClient, account: Account
) -> None:
    grant = make_grant(session, make_partner(session), account)
    path = f"{BASE}/{grant.reference}"
    assert "Withdraw the access" in kari.get(f"{path}/withdrawal").text

    for _ in range(2):  # the second finds that it is done
        assert kari.post(f"{path}/withdrawal").status_code == 303

    session.refresh(grant)
    assert grant.withdrawn_at
    assert [it.what.value for it in session.scalars(select(Event))] == ["access_withdrawn"]
    assert "has no access any more." in kari.get(BASE).text
    assert grant.partner.name not in kari.get(BASE).text
    assert grant.partner.name in kari.get(f"{BASE}?ended=1").text
    assert kari.post(f"{path}/access", data={"version": "2"}).status_code == 422


def test_it_can_be_given_anew(session: Session, kari: FlaskClient, account: Account) -> None:
    partner = make_partner(session)
    grant = make_grant(session, partner, account, last_day=date(2026, 11, 21))
    assert kari.post(BASE, data=given(partner)).status_code == 303
    session.refresh(grant)
    assert (grant.last_day, grant.withdrawn_at) == (None, None)
    again = kari.post(BASE, data=given(partner, token="y" * 20))
    assert again.status_code == 422
    assert "has access already" in again.text


def test_another_customers_grant_does_not_exist(session: Session, kari: FlaskClient) -> None:
    grant = make_grant(session, make_partner(session), make_account(session))
    for path in ("", "/access", "/withdrawal"):
        assert kari.get(f"{BASE}/{grant.reference}{path}").status_code == 404
    assert kari.post(f"{BASE}/{grant.reference}/withdrawal").status_code == 404
    session.refresh(grant)
    assert grant.withdrawn_at is None


def test_all_that_the_partner_saw_and_did_is_told(
    session: Session, sign_in: SignInAs, kari: FlaskClient, account: Account
) -> None:
    partner = make_partner(session)
    grant = make_grant(session, partner, account)
    grant.permissions = [*grant.permissions, Permission.SITES_CHANGE]
    session.commit()
    siri = sign_in(make_user(session, partner=partner, name="Siri Berg"))
    siri.post("/active-account", data={"account": account.master_account_id})
    kari.post("/organization/sites", data={"name": "Oslo", "country": "NO", "token": "s" * 20})

    shown = words(kari.get(f"{BASE}/{grant.reference}").text)

    assert f"Account opened Siri Berg ({partner.name}) on behalf of {account.name}" in shown
    assert "Created" not in shown  # what others did


def test_the_pages_take_few_statements_however_many_there_are(
    session: Session, kari: FlaskClient, account: Account, engine: Engine
) -> None:
    grant = make_grant(session, make_partner(session), account)
    taken: list[tuple[int, int]] = []
    for _ in range(2):
        for _ in range(4):
            make_grant(session, make_partner(session), account)
        with counted(engine) as listing:
            assert kari.get(BASE).status_code == 200
        with counted(engine) as showing:
            assert kari.get(f"{BASE}/{grant.reference}").status_code == 200
        taken.append((len(listing), len(showing)))
    assert taken[0] == taken[1]
    assert taken[0] <= (6, 8)
