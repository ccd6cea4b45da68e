import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import What, happened
from tests.conftest import SignInAs
from tests.factories import make_account, make_grant, make_partner, make_product, make_user

LOG = "/organization/log"
SessionOf = Callable[[int], Session]


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Nordlys Kraft AS")


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def siri(session: Session, account: Account) -> User:
    partner = make_partner(session)
    make_grant(session, partner, account)
    return make_user(session, role=Role.PARTNER, partner=partner, name="Siri Berg")


@pytest.fixture
def moved(session: Session, account: Account, kari: User, session_of: SessionOf) -> None:
    """Forty days ago, Kari moved a device."""
    product = make_product(session, account=account)
    with time_machine.travel(clock.now() - timedelta(days=40)), session_of(account.id) as ours:
        happened(ours, ours.merge(product), What.MOVED, by=Person(kari.id))
        ours.commit()


@pytest.fixture
def browser(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def register(browser: FlaskClient, session: Session, account: Account) -> None:
    """Take a device out of use, as anybody with the right to may."""
    product = make_product(session, account=account)
    assert browser.post(f"/products/{product.reference}/retirement").status_code == 303


def test_it_says_who_did_what_for_whom_from_where(
    browser: FlaskClient, sign_in: SignInAs, siri: User, account: Account, session: Session
) -> None:
    register(sign_in(siri, acting_for=account), session, account)

    page = browser.get(LOG).text

    assert f"Siri Berg ({siri.partner.name}) on behalf of Nordlys Kraft AS" in page  # type: ignore[union-attr]
    assert "Taken out of use" in page
    assert "127.0.0.0/24" in page
    assert 'href="/products/P-' in page


def test_staff_say_why_before_they_change_anything_and_it_is_shown(
    browser: FlaskClient, sign_in: SignInAs, account: Account, session: Session
) -> None:
    anna = make_user(session, role=Role.AGENT, name="Anna Agent")
    desk = sign_in(anna, acting_for=account, reason="")
    product = make_product(session, account=account)
    path = f"/products/{product.reference}"

    asked = desk.post(f"{path}/retirement", headers={"Referer": f"http://localhost{path}"})
    assert asked.location == f"/desk/accounts/reason?back={path}"
    session.refresh(product)
    assert product.status == "active"
    assert desk.post(asked.location, data={"reason": "  "}).status_code == 422
    told = desk.post(asked.location, data={"reason": "Ola ba oss om det på telefon"})
    assert told.location == path
    assert desk.post(f"{path}/retirement").status_code == 303

    page = browser.get(LOG).text
    assert "Anna Agent (Poly) on behalf of Nordlys Kraft AS" in page
    assert "Reason: Ola ba oss om det på telefon" in page


def test_a_reason_is_for_one_customer_only(
    sign_in: SignInAs, account: Account, session: Session
) -> None:
    desk = sign_in(make_user(session, role=Role.AGENT), acting_for=account)
    other = make_account(session, "Fjordhelse HF")
    desk.post("/active-account", data={"account": other.master_account_id})
    product = make_product(session, account=other)

    asked = desk.post(f"/products/{product.reference}/retirement")

    assert asked.location.startswith("/desk/accounts/reason")


@pytest.mark.usefixtures("moved")
def test_it_is_narrowed_by_name_side_deed_and_day(
    browser: FlaskClient, sign_in: SignInAs, siri: User, account: Account, session: Session
) -> None:
    register(sign_in(siri, acting_for=account), session, account)
    fragment = {"HX-Request": "true", "HX-Target": "event-list"}

    def found(query: str) -> str:
        answer = browser.get(f"{LOG}?{query}", headers=fragment)
        return answer.text.split("<tbody>")[1] if "<tbody>" in answer.text else ""

    assert "Siri Berg" in found("q=siri")
    assert "Kari Nordmann" not in found("q=siri")
    assert "Siri Berg" in found("side=partner")
    assert found("side=staff") == ""
    assert "Kari Nordmann" in found("side=ours")
    assert "Siri Berg" not in found("side=ours")
    assert "Kari Nordmann" not in found("what=retired")
    month_ago = (clock.today() - timedelta(days=30)).isoformat()
    assert "Kari Nordmann" not in found(f"since={month_ago}")
    assert "Siri Berg" not in found(f"until={month_ago}")
    assert "Kari Nordmann" in found(f"until={month_ago}")


@pytest.mark.parametrize(
    "query", ["since=9999-12-31", "until=0001-01-01", "what=x&side=y", "after=%00"]
)
def test_addresses_that_nobody_wrote_show_a_log_still(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"{LOG}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "typed", "told"),
    [
        ("since=abc", "abc", "“abc” is no day, so the list"),
        ("until=01.01.9999", "01.01.9999", "“01.01.9999” is no day, so the list"),
        ("until=31.02.2026", "31.02.2026", "The date 31.02.2026 does not exist, so the list"),
    ],
)
def test_a_day_that_is_none_is_said_and_stays_in_its_field(
    browser: FlaskClient, query: str, typed: str, told: str
) -> None:
    page = browser.get(f"{LOG}?{query}").text
    assert told in page
    assert f'value="{typed}"' in page
    assert f'aria-describedby="{query.partition("=")[0]}-wrong"' in page
    fragment = {"HX-Request": "true", "HX-Target": "event-list"}
    assert told in browser.get(f"{LOG}?{query}", headers=fragment).text


def test_it_is_read_page_by_page(
    browser: FlaskClient, kari: User, account: Account, session: Session, session_of: SessionOf
) -> None:
    product = make_product(session, account=account)
    with session_of(account.id) as ours:
        for _number in range(30):
            happened(ours, ours.merge(product), What.CHANGED, by=Person(kari.id))
        ours.commit()

    first = browser.get(LOG).text
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(following).text

    assert first.count('<tr id="e') == 25
    assert second.count('<tr id="e') == 5


def test_another_account_s_deeds_are_not_in_it(
    browser: FlaskClient, sign_in: SignInAs, session: Session
) -> None:
    other = make_account(session, "Fjordhelse HF")
    admin = make_user(session, account=other, role=Role.ADMINISTRATOR, name="Ingrid Moen")
    register(sign_in(admin), session, other)

    assert "Ingrid Moen" not in browser.get(LOG).text
    with browser.get(f"{LOG}/log.csv") as answer:
        assert "Ingrid Moen" not in answer.get_data(as_text=True)


def test_it_is_downloaded_as_it_is_narrowed(
    browser: FlaskClient, sign_in: SignInAs, siri: User, account: Account, session: Session
) -> None:
    register(sign_in(siri, acting_for=account), session, account)
    register(browser, session, account)

    with browser.get(f"{LOG}/log.csv?side=partner") as answer:
        lines = answer.data.decode("utf-8-sig").splitlines()

    assert len(lines) == 2
    assert "Siri Berg" in lines[1]


def test_the_desk_s_log_shows_what_belongs_to_no_customer(
    sign_in: SignInAs, session: Session, client: FlaskClient, statements: list[str]
) -> None:
    client.post("/sign-in", data={"email": "nobody@example.com", "password": "guess"})
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    statements.clear()

    page = admin.get("/desk/log").text

    assert "Sign-in refused" in page
    assert len(statements) <= 5


def test_the_log_costs_few_statements(
    browser: FlaskClient, account: Account, session: Session, statements: list[str]
) -> None:
    register(browser, session, account)
    statements.clear()

    browser.get(LOG)

    assert len(statements) <= 5


def test_a_partner_in_the_desk_s_log_is_the_desk_s_own(sign_in: SignInAs, session: Session) -> None:
    partner = make_partner(session)
    happened(session, partner, What.CREATED, by=None)
    session.commit()

    page = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR)).get("/desk/log").text

    assert f'href="/desk/partners/{partner.reference}"' in page


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_customer_is_offered_what_its_log_can_hold_each_once(
    sign_in: SignInAs, session: Session, kari: User, language: str
) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR)
    kari.language = admin.language = language
    session.commit()

    ours, desks = (
        re.findall(r'<option value="(\w+)">([^<]*)</option>', page.partition('id="what"')[2])
        for page in (sign_in(kari).get(LOG).text, sign_in(admin).get("/desk/log").text)
    )

    offered = [What(value) for value, _word in ours if value in set(What)]
    assert {What.NOTED, What.TIME_ADDED, What.MAIL_ATTACHED}.isdisjoint(offered)
    assert {What.OPENED, What.CREATED, What.ANSWERED, What.ESCALATED} <= set(offered)
    words = [word for _value, word in ours[: len(offered)]]
    assert sorted(words) == sorted(set(words))
    assert {What.NOTED, What.TIME_ADDED} <= {What(it) for it, _word in desks if it in set(What)}
