"""Customers are added, changed, closed at once for everyone, opened again, and removed whole."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Account, Membership, User
from portal.accounts.rules import KEPT_CLOSED
from portal.base import clock, search
from portal.base.access import AccountClosed, Role
from portal.base.event_chain import EventChain
from portal.base.file_store import FileStore
from portal.base.history import DeskEvent, Event, What
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.base.references import read_master_account_id
from portal.base.removal import STAYS, _kinds
from portal.base.tenancy import Scope, ScopedSession
from portal.products.models import Product, ProductStatus
from portal.service_requests.own_models import Draft, SavedView
from tests.cast import RECORDS, Making, a_colleague
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_agreement,
    make_grant,
    make_partner,
    make_product,
    make_request,
    make_site,
    make_user,
)
from tests.service_requests.children import INTERNAL, MAKERS

BASE = "/desk/accounts"

WHY = {"reason": "Avtalen er sagt opp"}
Travel = Callable[[timedelta], None]


@pytest.fixture
def admin(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR, name="Admin"))


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


def close(admin: FlaskClient, account: Account) -> Any:
    return admin.post(f"{BASE}/{account.master_account_id}/closure", data=WHY)


def test_a_customer_is_added_once_under_the_next_number(
    session: Session, admin: FlaskClient
) -> None:
    latest = make_account(session)
    latest.digits = read_master_account_id("1042-2107-3") or ""
    session.commit()
    stated = {"name": " Nytt  AS ", "organization": "NO 974 760 673 MVA", "token": "t" * 20}
    first, second = (admin.post(BASE, data=stated) for _ in range(2))
    assert first.location == second.location == f"{BASE}/1042-2108-0"
    made = session.scalars(select(Account).where(Account.name == "Nytt AS")).one()
    assert made.organization_number == "974760673"
    assert "974" in admin.get(first.location).text
    assert session.scalars(select(DeskEvent.what).where(DeskEvent.kind == "account")).all() == [
        What.CREATED
    ]


@pytest.mark.parametrize(
    "stated", [{"name": ""}, {"name": "\0"}, {"name": "x" * 121}, {"organization": "974760674"}]
)
def test_what_is_wrong_is_said_beside_the_field(
    session: Session, admin: FlaskClient, stated: dict[str, str]
) -> None:
    before = session.query(Account).count()
    answer = admin.post(BASE, data={"name": "Nytt AS", "token": "t" * 20} | stated)
    assert answer.status_code == 422
    assert session.query(Account).count() == before


def test_a_change_takes_a_reason_that_stands_on_the_customers_record(
    session: Session, admin: FlaskClient, account: Account
) -> None:
    path = f"{BASE}/{account.master_account_id}/details"
    stated = {"name": "Nytt navn AS", "organization": "", "version": "1"}
    assert admin.post(path, data=stated).status_code == 422
    assert admin.post(path, data=stated | {"reason": "Ola ba om det"}).status_code == 303
    stale = admin.post(path, data=stated | {"name": "Annet AS", "reason": "Ola ba om det"})
    assert stale.status_code == 422
    assert "Nytt navn AS" in stale.text
    assert "Annet AS" in stale.text
    session.refresh(account)
    assert (account.name, account.version) == ("Nytt navn AS", 2)
    event = session.scalars(select(Event)).one()
    assert (event.what, event.account_id, event.reason) == (
        What.CHANGED,
        account.id,
        "Ola ba om det",
    )
    assert event.on_behalf
    assert "Nytt" not in str(event.details)


def test_the_first_administrator_is_invited(
    session: Session, admin: FlaskClient, account: Account, run_jobs: Callable[..., int]
) -> None:
    path = f"{BASE}/{account.master_account_id}/administrators"
    stated = {"name": "Kari", "email": "kari@nordlys.example.com", "token": "t" * 20} | WHY
    for _ in range(2):
        assert admin.post(path, data=stated).status_code == 303
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert mail.address == "kari@nordlys.example.com"
    event = session.scalars(select(Event)).one()
    assert (event.what, event.reason) == (What.INVITED, WHY["reason"])
    again = admin.post(path, data=stated | {"token": "u" * 20})
    assert again.status_code == 422
    for wrong in ("", "kari", "a@b.example.com\r\nBcc: x@y.example.com"):
        answer = admin.post(path, data=stated | {"email": wrong, "token": "v" * 20})
        assert answer.status_code == 422


def test_a_closed_customer_is_read_only_at_once_for_everyone(
    session: Session, admin: FlaskClient, account: Account, sign_in: SignInAs
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, account)
    product = make_product(session, account=account)
    anna = make_user(session, role=Role.AGENT)
    people = [
        sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR)),
        sign_in(make_user(session, partner=partner), acting_for=account),
        sign_in(anna, acting_for=account),
    ]
    path = f"/products/{product.reference}"
    assert all(each.get(path).status_code == 200 for each in people)

    assert close(admin, account).status_code == 303

    for each in people:
        seen = each.get(path)
        assert seen.status_code == 200
        assert "is closed" in seen.text
        assert f"{path}/retirement" not in seen.text
        refused = each.post(f"{path}/retirement", data={"version": product.version})
        assert refused.status_code == 423
        assert "This customer is closed" in refused.text
    assert people[0].get("/organization/users").status_code == 200
    assert people[0].post("/organization/users").status_code == 423
    with people[0].get("/products/devices.csv") as answer:
        assert answer.status_code == 200
    session.expire_all()
    assert session.get_one(Product, product.id).status is ProductStatus.ACTIVE
    told = session.scalars(select(Event).where(Event.what == What.CLOSED)).one()
    assert (told.account_id, told.reason, told.on_behalf) == (account.id, WHY["reason"], True)


def test_nothing_is_kept_that_was_begun_before_and_ends_after(
    session: Session, admin: FlaskClient, account: Account, sessions: "sessionmaker[ScopedSession]"
) -> None:
    product = make_product(session, account=account)
    close(admin, account)
    with sessions(scope=Scope(frozenset({account.id}), account.id)) as late:
        late.get_one(Product, product.id).room = "Svartisen"
        with pytest.raises(AccountClosed):
            late.commit()


def test_jobs_of_a_closed_customer_change_nothing(
    session: Session, admin: FlaskClient, account: Account, run_jobs: Callable[..., int]
) -> None:
    ola = make_user(session, account=account)
    close(admin, account)
    later(session, "product_imports.check", account_id=account.id, user_id=ola.id, import_id=1)
    session.commit()
    before = session.scalars(select(Job.id).where(Job.account_id == account.id)).one()
    run_jobs()
    session.expire_all()
    assert session.get_one(Job, before).error


def test_sign_ins_still_work_and_the_administrators_are_told(
    session: Session, admin: FlaskClient, account: Account, run_jobs: Callable[..., int],
    sign_in: SignInAs,
) -> None:  # fmt: skip
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, language="nb")
    for _ in range(2):
        close(admin, account)
    run_jobs()
    mail = session.scalars(select(Mail)).one()
    assert (mail.address, "lukket" in mail.subject) == (kari.email, True)
    assert sign_in(kari).get("/products").status_code == 200


def test_it_is_opened_again_until_the_time_is_up(
    session: Session, admin: FlaskClient, account: Account, travel: Travel, sign_in: SignInAs
) -> None:
    close(admin, account)
    path = f"{BASE}/{account.master_account_id}/reopening"
    assert admin.post(path).status_code == 422
    assert admin.post(path, data=WHY).status_code == 303
    session.refresh(account)
    assert account.closed_at is None
    kinds = select(Event.what).where(Event.kind == "account").order_by(Event.number)
    assert session.scalars(kinds).all() == [What.CLOSED, What.REOPENED]
    close(admin, account)
    travel(KEPT_CLOSED)
    late = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    refused = late.post(path, data=WHY)
    assert (refused.status_code, "too late" in refused.text) == (422, True)


def fill(making: Making) -> User:
    """Something in every table that says whose its rows are."""
    session, account = making.session, making.account
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR)
    make_product(session, account=account, site=make_site(session, account))
    make_agreement(session, account)
    make_grant(session, make_partner(session), account)
    for make in RECORDS.values():
        make(making)
    a_colleague(making)
    request = make_request(session, account, by=kari)
    for internal in (False, True):
        session.add_all(make(session, request, internal=internal) for make in INTERNAL.values())
    session.add_all(MAKERS[kind](session, request) for kind in MAKERS.keys() - INTERNAL.keys())
    of_kari = {"account_id": account.id, "person_id": kari.id}
    session.add(Draft(**of_kari, key="new", content={}, changed_at=clock.now()))
    session.add(SavedView(**of_kari, list_name="l", name="n", query="q", saved_at=clock.now()))
    later(session, "mail.send", account_id=account.id, at=clock.now() + timedelta(days=400))
    session.commit()
    return kari


def test_when_the_time_is_up_everything_of_it_is_removed(  # noqa: PLR0917
    session: Session,
    owner: Engine,
    admin: FlaskClient,
    files: FileStore,
    run_jobs: Callable[..., int],
    travel: Travel,
    session_of: Callable[[int], ScopedSession],
) -> None:
    account = make_account(session)
    kari = fill(Making(session, account, files))
    other = make_account(session, "Fjordhelse HF")
    ola = make_user(session, account=account)
    session.add(Membership(user_id=ola.id, account_id=other.id, role=Role.MEMBER))
    make_product(session, account=other, serial_number="8G22411111111CV")
    with session_of(account.id) as own:
        search.index(own, search.Kind.PRODUCT, [(1, account.id, search.tokens_of(["a"]))])
        own.commit()
    number = account.master_account_id
    close(admin, account)
    with owner.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
    travel(KEPT_CLOSED - timedelta(minutes=1))
    nightly(session)
    run_jobs(clock.now())
    assert session.query(Product).filter_by(account_id=account.id).count()
    travel(timedelta(minutes=1))
    nightly(session)
    run_jobs(clock.now())

    session.expire_all()
    left = rows_of(owner, account.id)
    assert {name for name, count in left.items() if count} == {"event"}
    assert left["event"] == kept + 1
    gone = session.get_one(Account, account.id)
    assert (gone.name, gone.organization_number, bool(gone.removed_at)) == (number, None, True)
    assert session.get_one(User, kari.id).deactivated_at
    assert session.get_one(User, ola.id).deactivated_at is None
    assert session.query(Product).filter_by(account_id=other.id).count() == 1
    assert session.scalars(select(EventChain).where(EventChain.name == f"account {account.id}"))


def nightly(session: Session) -> None:
    later(session, "retention.apply", key="tonight")
    session.commit()


def rows_of(owner: Engine, account_id: int) -> dict[str, int]:
    with owner.connect() as connection:
        return {
            name: connection.execute(
                text(f'SELECT count(*) FROM "{name}" WHERE account_id = {account_id}')
            ).scalar_one()
            for name in inspect(owner).get_table_names()
            if "account_id" in {it["name"] for it in inspect(owner).get_columns(name)}
            and "fts" not in name
            and not name.startswith("probe_")  # of the tests of the ground floor
        }


def test_the_removal_knows_every_table(owner: Engine, session: Session) -> None:
    known = {kind.__tablename__ for kind in _kinds()} | {it.__tablename__ for it in STAYS}
    account = make_account(session)
    assert set(rows_of(owner, account.id)) == known | {"search_entry"}


def test_the_privacy_notice_says_how_long_it_takes(client: FlaskClient) -> None:
    for language in ("nb", "en"):
        told = client.get("/privacy", headers={"Accept-Language": language}).text
        assert f"{KEPT_CLOSED.days} da" in told
