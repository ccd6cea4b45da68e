"""What a partner or staff looked at in a customer's account is on the customer's record."""

import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant
from portal.accounts.models import Account, User
from portal.accounts.people import SignedIn
from portal.activity.looks import Look, _write, look_of
from portal.activity.wording import LISTS, RECORDS
from portal.base.access import Role
from portal.base.history import DeskEvent, Event, What
from portal.base.references import reference
from portal.web.guard import access_of
from tests.conftest import SignInAs
from tests.factories import (
    make_account,
    make_agreement,
    make_grant,
    make_partner,
    make_product,
    make_user,
)

LOG = "/organization/log"


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session, "Nordlys Kraft AS")


@pytest.fixture
def kari(session: Session, account: Account) -> User:
    return make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def grant(session: Session, account: Account) -> Grant:
    return make_grant(session, make_partner(session), account)


@pytest.fixture
def siri(session: Session, grant: Grant) -> User:
    return make_user(session, role=Role.PARTNER, partner=grant.partner, name="Siri Berg")


def look(browser: FlaskClient, path: str, status: int = 200) -> None:
    """Open a page and read it to its end."""
    with browser.get(path) as answer:
        assert answer.status_code == status
        answer.get_data()


def looks(session: Session) -> list[tuple[What, str, int]]:
    session.expire_all()
    query = select(Event.what, Event.kind, Event.record_id).order_by(Event.number)
    return [(it.what, it.kind, it.record_id) for it in session.execute(query)]


def test_the_customer_reads_what_a_partner_saw(
    sign_in: SignInAs, kari: User, grant: Grant, account: Account, session: Session
) -> None:
    siri = make_user(session, role=Role.PARTNER, partner=grant.partner, name="Siri Berg")
    product = make_product(session, account=account)
    theirs = sign_in(siri, acting_for=account)
    for path in ("/", "/products", f"/products/{product.reference}", "/products/devices.csv"):
        look(theirs, path)

    assert looks(session) == [
        (What.VIEWED, "account", account.id),
        (What.VIEWED, "product", 0),
        (What.VIEWED, "product", product.id),
        (What.DOWNLOADED, "product", 0),
    ]
    ours = sign_in(kari)
    rows = ours.get(f"{LOG}?side=partner").text.split("<tbody>")[1]
    assert rows.count(f"Siri Berg ({grant.partner.name}) on behalf of Nordlys Kraft AS") == 4
    assert rows.count("127.0.0.0/24") == 4
    assert f'href="/products/{product.reference}"' in rows
    page = ours.get(f"/organization/partners/{grant.reference}").text
    assert "Downloaded · Devices" in " ".join(page.split())
    assert product.reference in page


def test_it_is_written_once_in_five_minutes(
    sign_in: SignInAs,
    siri: User,
    account: Account,
    session: Session,
    travel: Callable[[timedelta], None],
) -> None:
    theirs = sign_in(siri, acting_for=account)
    for query in ("", "?q=a", "?q=b"):
        look(theirs, f"/products{query}")
    assert len(looks(session)) == 1

    travel(timedelta(minutes=4))
    look(theirs, "/products")
    assert len(looks(session)) == 1
    travel(timedelta(minutes=2))
    look(theirs, "/products")
    assert len(looks(session)) == 2


def test_staff_are_seen_to_look_as_well_also_on_the_desk_s_pages(
    sign_in: SignInAs, kari: User, account: Account, session: Session
) -> None:
    agreement = make_agreement(session, account)
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR, name="Anna Admin")
    desk = sign_in(admin)
    look(desk, f"/desk/accounts/{account.master_account_id}")
    look(desk, f"/desk/agreements/{agreement.number}")
    look(sign_in(admin, acting_for=account), "/organization/users")

    assert looks(session) == [
        (What.VIEWED, "account", account.id),
        (What.VIEWED, "agreement", agreement.id),
        (What.VIEWED, "membership", 0),
    ]
    rows = sign_in(kari).get(f"{LOG}?side=staff").text.split("<tbody>")[1]
    assert rows.count("Anna Admin (Poly)") == 3
    assert "Asked to by phone" not in rows  # which was why something was to be changed


def test_a_customers_own_people_leave_nothing_and_cost_nothing(
    sign_in: SignInAs, kari: User, account: Account, session: Session, statements: list[str]
) -> None:
    product = make_product(session, account=account)
    ours = sign_in(kari)
    with ours.get(f"/products/{product.reference}") as answer:
        answer.get_data()
        statements.clear()
    assert statements == []
    assert looks(session) == []


def test_the_page_itself_costs_a_partner_no_more_statements(
    sign_in: SignInAs, siri: User, account: Account, statements: list[str]
) -> None:
    theirs = sign_in(siri, acting_for=account)
    statements.clear()
    answer = theirs.get("/products")
    assert not any(re.search(r"\bevent\b", sent) for sent in statements)
    answer.close()
    # Once the answer is out.
    assert any(re.search(r"INSERT INTO event\b", sent) for sent in statements)


def test_what_is_known_to_be_noted_is_not_asked_for_again(
    sign_in: SignInAs, siri: User, account: Account, statements: list[str]
) -> None:
    theirs = sign_in(siri, acting_for=account)
    look(theirs, "/products")
    look(theirs, "/products")
    with theirs.get("/products") as answer:
        answer.get_data()
        statements.clear()
    assert statements == []


def test_what_was_not_shown_was_not_seen(
    sign_in: SignInAs, siri: User, account: Account, session: Session
) -> None:
    theirs = sign_in(siri, acting_for=account)
    look(theirs, "/products/P-10000004", 404)
    look(theirs, "/organization/users", 403)
    look(theirs, "/profile")
    look(theirs, "/partner")
    assert looks(session) == [(What.REFUSED, "user", siri.id)]


def test_every_table_is_on_record_with_what_it_was_of(
    sign_in: SignInAs, siri: User, kari: User, account: Account, session: Session
) -> None:
    make_product(session, account=account)
    theirs, ours = sign_in(siri, acting_for=account), sign_in(kari)
    look(theirs, "/products/devices.csv")
    look(theirs, "/products/devices.csv")
    look(ours, "/products/devices.xlsx?category=video&q=Ola Hansen&registered_by=ola")
    look(ours, "/organization/log/log.csv")

    found = session.scalars(select(Event).order_by(Event.number)).all()
    assert [(it.what, it.kind, it.by_id, it.on_behalf) for it in found] == [
        (What.DOWNLOADED, "product", siri.id, True),
        (What.DOWNLOADED, "product", siri.id, True),
        (What.DOWNLOADED, "product", kari.id, False),
        (What.DOWNLOADED, "event", kari.id, False),
    ]
    assert found[2].details == {"format": "xlsx", "filters": "category: video, q, registered_by"}
    assert found[3].details == {"format": "csv"}
    rows = ours.get(f"{LOG}?what=downloaded").text
    assert "XLSX" in rows
    assert "Narrowed by category: video, q, registered_by" in rows


def test_tables_of_the_desk_are_on_the_desk_s_record(sign_in: SignInAs, session: Session) -> None:
    admin = make_user(session, role=Role.STAFF_ADMINISTRATOR)
    desk = sign_in(admin)
    look(desk, "/desk/queue/requests.csv?view=mine")
    look(desk, "/desk/log/log.xlsx")

    found = session.scalars(select(DeskEvent).where(DeskEvent.what == What.DOWNLOADED)).all()
    assert [(it.kind, it.by_id, it.details) for it in found] == [
        ("service_request", admin.id, {"format": "csv", "filters": "view: mine"}),
        ("event", admin.id, {"format": "xlsx"}),
    ]
    assert "Downloaded" in desk.get("/desk/log").text


def test_whoever_is_turned_away_is_on_record_once_in_five_minutes_and_door(  # noqa: PLR0917
    sign_in: SignInAs,
    siri: User,
    kari: User,
    account: Account,
    session: Session,
    travel: Callable[[timedelta], None],
) -> None:
    ola = make_user(session, account=account)
    theirs = sign_in(ola)
    for path in ("/organization/users", "/organization/users", "/organization/log", "/desk"):
        theirs.get(path).close()
    travel(timedelta(minutes=6))
    theirs.get("/organization/users?q=x").close()
    sign_in(siri).get("/desk/accounts").close()  # with no customer at hand

    found = session.scalars(select(Event).where(Event.what == What.REFUSED).order_by(Event.number))
    assert [(it.by_id, it.details["door"]) for it in found] == [
        (ola.id, "GET /organization/users"),
        (ola.id, "GET /organization/log"),
        (ola.id, "GET /desk"),
        (ola.id, "GET /organization/users"),
    ]
    (desk,) = session.scalars(select(DeskEvent).where(DeskEvent.what == What.REFUSED))
    assert (desk.by_id, desk.details) == (siri.id, {"door": "GET /desk/accounts"})
    text = sign_in(kari).get(f"{LOG}?what=refused").text
    assert "Turned away" in text
    assert "GET /organization/users" in text


def test_looks_stay_out_of_a_record_s_own_history(
    sign_in: SignInAs, siri: User, kari: User, account: Account, session: Session
) -> None:
    product = make_product(session, account=account)
    look(sign_in(siri, acting_for=account), f"/products/{product.reference}")
    ours = sign_in(kari)
    assert "Siri Berg" not in ours.get(f"/products/{product.reference}").text
    assert "Siri Berg" not in ours.get("/").text


def test_of_two_who_look_at_once_as_the_same_person_one_is_written(
    app: Flask, siri: User, account: Account, session: Session
) -> None:
    who = cast(SignedIn, SimpleNamespace(id=siri.id, kind="partner", place="127.0.0.0/24"))
    it = Look(account.id, What.VIEWED, "product", 0)
    _write(app.extensions["sessions"], {}, who, Look(account.id, What.VIEWED, "site", 0))
    start = Barrier(6)

    def one() -> None:
        start.wait()
        _write(app.extensions["sessions"], {}, who, it)

    threads = [Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert looks(session).count((What.VIEWED, "product", 0)) == 1


def test_every_page_of_an_account_says_what_it_shows(app: Flask) -> None:
    """A feature that comes with pages of its own names them in `RECORDS`."""
    folders = [folder for _name, _prefix, folder in RECORDS.values() if folder]
    known = {"/", "/search", "/known-issues", "/uploads"}
    known |= {"/organization/sign-in", "/organization/employees"}
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if "GET" not in (rule.methods or ()) or not access or access.everywhere:
            continue
        if access.permission and not any(f"{rule.rule}/".startswith(it) for it in folders):
            assert any(rule.rule == it or rule.rule.startswith(f"{it}/") for it in known), rule


def test_a_list_is_told_from_its_records() -> None:
    number = reference("P", 31)
    seen = look_of(f"/products/{number}", {"reference": number}, 7, file=False)
    assert look_of("/products", {}, 7, file=False) == Look(7, What.VIEWED, "product", 0)
    assert seen == Look(7, What.VIEWED, "product", 31)
    assert set(LISTS) <= set(RECORDS)
