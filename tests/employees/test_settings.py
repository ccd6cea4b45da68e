from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.history import Event, What
from portal.employees.models import EmployeeLink
from portal.single_sign_on.models import SignInDomain
from tests.conftest import SignInAs
from tests.employees.conftest import make_link, path_of
from tests.factories import make_user

PAGE = "/organization/employees"
TERMS = {"domains": "nordlys.example.com", "approval": "administrator", "most_open": "2"}
TERMS |= {"phone": "22 22 22 22", "version": "0"}


def links(session: Session) -> list[EmployeeLink]:
    session.expire_all()
    return list(session.scalars(select(EmployeeLink)))


def deeds(session: Session) -> list[What]:
    here = select(Event.what).where(Event.kind == "employee_link").order_by(Event.id)
    return list(session.scalars(here))


def test_it_is_off_until_an_administrator_switches_it_on(
    session: Session, sign_in: SignInAs, kari: User, client: FlaskClient
) -> None:
    browser = sign_in(kari)
    page = browser.get(PAGE).text
    assert "/r/" not in page
    assert "nordlys.example.com" in page  # what is most likely wanted
    assert browser.get(f"{PAGE}/poster").status_code == 303

    assert browser.post(PAGE, data=TERMS).status_code == 303
    link = links(session)[0]
    assert (link.active, link.approval, link.most_open) == (True, True, 2)
    assert (link.domains, link.phone) == (["nordlys.example.com"], "+4722222222")
    assert f"http://localhost{path_of(link)}" in browser.get(PAGE).text
    assert "<svg" in browser.get(f"{PAGE}/poster").text
    assert client.get(path_of(link)).status_code == 200
    assert deeds(session) == [What.EMPLOYEE_LINK_OPENED]


def test_renewed_the_one_before_is_dead_at_once(
    session: Session, sign_in: SignInAs, kari: User, account: Account, client: FlaskClient
) -> None:
    link = make_link(session, account)
    before, browser = path_of(link), sign_in(kari)
    sent = {"version": str(link.version), "token": "once"}
    for _ in range(2):  # a second click makes no third one
        assert browser.post(f"{PAGE}/renewal", data=sent).status_code == 303
    link = links(session)[0]
    assert link.generation == 2
    assert client.get(before).status_code == 410
    assert client.get(path_of(link)).status_code == 200
    assert deeds(session) == [What.EMPLOYEE_LINK_RENEWED]


def test_switched_off_and_on_again_it_is_another_link(
    session: Session, sign_in: SignInAs, kari: User, account: Account, client: FlaskClient
) -> None:
    link = make_link(session, account)
    before, browser = path_of(link), sign_in(kari)
    for _ in range(2):
        assert browser.post(f"{PAGE}/closure").status_code == 303
    assert client.get(before).status_code == 410
    again = TERMS | {"version": str(links(session)[0].version)}
    assert browser.post(PAGE, data=again).status_code == 303
    assert client.get(before).status_code == 410
    assert client.get(path_of(links(session)[0])).status_code == 200
    assert deeds(session) == [What.EMPLOYEE_LINK_CLOSED, What.EMPLOYEE_LINK_OPENED]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("domains", "", "at least one domain"),
        ("domains", "gmail.com", "Everyone can have an address"),
        ("domains", "victim.example.org", "is not known as yours"),
        ("domains", "x" * 2001, "at most"),
        ("approval", "", "Choose one."),
        ("approval", "both", "Not a valid choice"),
        ("most_open", "0", "from 1 to 20"),
        ("most_open", "21", "from 1 to 20"),
        ("most_open", "mange", "whole number"),
        ("phone", "", "that employees turn to"),
        ("phone", "12", "phone number such as"),
    ],
)
def test_what_makes_no_sense_is_refused(
    session: Session,
    sign_in: SignInAs,
    kari: User,
    field: str,
    *,
    value: str,
    says: str,
) -> None:
    answer = sign_in(kari).post(PAGE, data=TERMS | {field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert links(session) == []


def test_a_domain_is_known_when_it_is_proven_or_a_users(
    session: Session, sign_in: SignInAs, kari: User, account: Account
) -> None:
    browser = sign_in(kari)
    told = TERMS | {"domains": "kraft.example.org"}
    assert browser.post(PAGE, data=told).status_code == 422
    domain = SignInDomain(account_id=account.id, name="kraft.example.org", token="x")
    session.add(domain)
    session.commit()
    assert browser.post(PAGE, data=told).status_code == 422  # claimed, and not proven
    domain.proven, domain.proven_at = domain.name, clock.now()
    session.commit()
    assert browser.post(PAGE, data=told).status_code == 303


def test_the_domain_of_another_accounts_user_is_not_known(
    session: Session, sign_in: SignInAs, kari: User
) -> None:
    other = make_user(session)
    other.email = "ola@fjord.example.org"
    session.commit()
    answer = sign_in(kari).post(PAGE, data=TERMS | {"domains": "fjord.example.org"})
    assert answer.status_code == 422


def test_a_stale_save_shows_both(
    session: Session, sign_in: SignInAs, kari: User, account: Account
) -> None:
    link = make_link(session, account)
    stale: dict[str, Any] = TERMS | {"version": str(link.version)}
    link.most_open = 7
    session.commit()
    answer = sign_in(kari).post(PAGE, data=stale | {"most_open": "3"})
    assert answer.status_code == 422
    assert "Saved meanwhile:" in answer.text
    assert links(session)[0].most_open == 7


@pytest.mark.parametrize("meanwhile", ["renewed", "changed", "off"])
def test_what_was_changed_meanwhile_is_not_renewed(
    session: Session, sign_in: SignInAs, kari: User, account: Account, *, meanwhile: str
) -> None:
    link = make_link(session, account)
    stale = {"version": str(link.version), "token": "late"}
    link.generation += meanwhile == "renewed"
    link.most_open += meanwhile == "changed"
    link.active = meanwhile != "off"
    session.commit()
    generation, version = link.generation, link.version
    browser = sign_in(kari)
    answer = browser.post(f"{PAGE}/renewal", data=stale)
    assert answer.status_code == 422
    assert "Somebody else changed the link meanwhile." in answer.text
    assert "Here is the new link." not in answer.text
    assert links(session)[0].generation == generation
    assert deeds(session) == []
    if meanwhile != "off":  # it can be done from the page that says so
        assert f'value="{version}"' in answer.text
        again = stale | {"version": str(version)}
        assert browser.post(f"{PAGE}/renewal", data=again).status_code == 303
        assert links(session)[0].generation == generation + 1


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_renewal_that_says_no_version_changes_nothing(
    session: Session, sign_in: SignInAs, kari: User, account: Account, version: str
) -> None:
    make_link(session, account)
    answer = sign_in(kari).post(f"{PAGE}/renewal", data={"version": version, "token": "t"})
    assert answer.status_code == 422
    assert links(session)[0].generation == 1
