import re
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.grants import Grant
from portal.accounts.models import Account
from portal.base import clock
from portal.base.access import Permission, Role
from portal.base.history import What, happened, happened_in
from portal.catalogue.models import Category
from portal.products.models import ProductCount, ProductStatus
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    MOMENT,
    account_of,
    make_account,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_request,
    make_site,
    make_user,
)

NOW = "2026-11-22 12:00Z"
WHOLE = {"name": "Bodø", "country": "NO", "token": "x" * 20}


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.replace("\u00a0", " ")))


@time_machine.travel(NOW, tick=False)
def test_devices_are_counted_by_category_with_their_coverage(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    make_agreement(session, account, categories=(Category.VIDEO,))
    video, headset = (make_model(session, category=it) for it in (Category.VIDEO, Category.HEADSET))
    old = make_model(session, end_of_service=date(2025, 12, 31))
    for model in (video, video, headset, old):
        make_product(session, account=account, model=model)
    make_product(session, account=account, model=video).status = ProductStatus.RETIRED
    make_product(session, model=video)  # another account's
    session.add(
        ProductCount(account_id=account.id, model_id=headset.id, number=40, registered_at=MOMENT)
    )
    session.commit()

    shown = words(sign_in(make_user(session, account=account)).get("/").text)

    assert "Headsets and personal devices 41 0 41" in shown
    assert "Video 3 2 1" in shown
    assert "1 device is of a model that no longer gets service." in shown


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("ends_in", "told"),
    [
        (None, "You have no service agreement in force."),
        (90, "Your service agreement ends on 20 February 2027."),
        (91, "All is well."),
    ],
)
def test_the_end_of_the_agreement_is_told_in_time(
    session: Session, sign_in: SignInAs, account: Account, ends_in: int | None, told: str
) -> None:
    if ends_in:
        make_agreement(session, account, ends_on=clock.today() + timedelta(days=ends_in))
    make_product(session, account=account)
    assert told in words(sign_in(make_user(session, account=account)).get("/").text)


def test_an_empty_account_is_shown_the_first_steps(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    client = sign_in(make_user(session, account=account))
    assert "Import a device list" in client.get("/").text
    assert account.master_account_id in client.get("/").text
    assert "Done" not in words(client.get("/").text)
    make_site(session, account)
    assert "Done" in words(client.get("/").text)

    make_product(session, account=account)
    assert "Add your sites" not in client.get("/").text


def test_observers_are_not_asked_to_do_what_they_may_not(
    session: Session, sign_in: SignInAs
) -> None:
    shown = sign_in(make_user(session, role=Role.OBSERVER)).get("/").text
    assert "/products/import" not in shown
    assert "No devices are registered yet." in shown


def test_the_overview_takes_few_statements_however_much_there_is(
    session: Session, sign_in: SignInAs, account: Account, engine: Engine
) -> None:
    client = sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))
    make_agreement(session, account)
    taken: list[int] = []
    for _ in range(2):
        for _ in range(4):
            make_product(session, account=account)
            client.post("/organization/sites", data={**WHOLE, "token": f"{len(taken)}{_}" * 10})
        client.get("/")  # the catalogue is held in memory
        with counted(engine) as statements:
            assert client.get("/").status_code == 200
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 7  # of which one tells PostgreSQL the scope


def test_what_a_partner_does_is_signed_with_both_names(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner = make_partner(session)
    siri, site = make_user(session, partner=partner, name="Siri Berg"), make_site(session, account)
    happened(session, site, What.CHANGED, by=Person(siri.id, on_behalf=True))
    session.commit()

    shown = words(sign_in(make_user(session, account=account)).get("/").text)

    assert f"Siri Berg ({partner.name}) on behalf of Nordlys Kraft AS" in shown
    assert f"Changed · Site {site.reference}" in shown


# A partner's page


@pytest.fixture
def siri(session: Session, sign_in: SignInAs, account: Account) -> FlaskClient:
    partner = make_partner(session)
    make_grant(session, partner, account, last_day=date(2026, 12, 31))
    with time_machine.travel(NOW, tick=False):
        return sign_in(make_user(session, partner=partner, name="Siri Berg"))


@time_machine.travel(NOW, tick=False)
def test_a_partner_sees_its_customers_with_what_it_may_do(
    siri: FlaskClient, session: Session, account: Account
) -> None:
    make_account(session, "Fremmed AS")
    make_product(session, account=account)
    shown = words(siri.get("/partner").text)

    assert "Nordlys Kraft AS" in shown
    assert account.master_account_id in shown
    assert "Register and change devices" in shown
    assert "31 December 2026" in shown
    assert "Fremmed" not in shown


@time_machine.travel(NOW, tick=False)
def test_a_partner_without_grants_is_told_how_to_get_one(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, account, last_day=date(2026, 11, 21))

    client = sign_in(make_user(session, partner=partner))

    assert "No customers have given you access yet" in client.get("/partner").text
    assert "Nordlys" not in client.get("/partner").text
    assert client.get("/").location == "/partner"


@time_machine.travel(NOW, tick=False)
def test_devices_are_counted_for_those_who_may_see_them_only(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner, other = make_partner(session), make_account(session, "Fjordhelse HF")
    look = frozenset({Permission.ACCOUNT_VIEW})
    make_grant(session, partner, other, permissions=look)
    make_grant(session, partner, account)
    for each in (account, other):
        for _ in range(7):
            make_product(session, account=each)

    shown = words(sign_in(make_user(session, partner=partner)).get("/partner").text)

    assert re.search(r"Fjordhelse HF \S+ See the overview No end date – ", shown)
    assert re.search(r"Nordlys Kraft AS .* No end date 7 ", shown)


def test_requests_that_wait_for_the_customer_are_counted_where_they_may_be_seen(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    partner, other = make_partner(session), make_account(session, "Fjordhelse HF")
    make_grant(session, partner, other, permissions=frozenset({Permission.ACCOUNT_VIEW}))
    make_grant(session, partner, account)
    waiting, closed = Status.WAITING_FOR_CUSTOMER, Status.CLOSED
    for each in (account, other):
        for status in (Status.NEW, Status.IN_PROGRESS, waiting, waiting, closed):
            make_request(session, each, status=status)

    shown = words(sign_in(make_user(session, partner=partner)).get("/partner").text)

    assert re.search(r"Fjordhelse HF \S+ See the overview No end date – – – ", shown)
    assert re.search(r"Nordlys Kraft AS .* No end date 0 0 2 / 4 ", shown)


def test_a_partners_page_takes_as_many_statements_for_one_customer_as_for_many(
    siri: FlaskClient, session: Session, engine: Engine, account: Account
) -> None:
    with time_machine.travel(NOW, tick=False):
        with counted(engine) as few:
            siri.get("/partner")
        partner_id = session.query(Grant.partner_id).filter_by(account_id=account.id).scalar()
        for _ in range(5):
            session.add(
                Grant(
                    partner_id=partner_id,
                    account_id=make_account(session).id,
                    permissions=["products:view"],
                    granted_at=MOMENT,
                )
            )
        session.commit()
        with counted(engine) as many:
            siri.get("/partner")
    assert len(few) == len(many) <= 6


def test_customers_have_no_partner_page(session: Session, sign_in: SignInAs) -> None:
    user = make_user(session)
    assert sign_in(user).get("/partner").status_code == 403
    assert account_of(user)


def test_devices_by_count_are_told_of_with_what_they_are(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    ola = make_user(session, account=account)
    product, model = make_product(session, account=account), make_model(session)
    counted = ProductCount(account_id=account.id, model_id=model.id, number=4, registered_at=MOMENT)
    session.add(counted)
    session.flush()
    for it in (product, counted):
        happened(session, it, What.REGISTERED, by=Person(ola.id))
    session.commit()

    shown = words(sign_in(ola).get("/").text)

    assert f"Registered · Devices by count {counted.reference}" in shown
    assert f"Registered · Device {product.reference}" in shown


def test_only_those_who_may_read_the_log_are_told_of_people_and_partners(
    session: Session, sign_in: SignInAs, account: Account
) -> None:
    kari = make_user(session, account=account, role=Role.ADMINISTRATOR, name="Kari Nordmann")
    ola = make_user(session, account=account)
    siri = make_user(session, partner=make_partner(session))
    grants = [
        make_grant(session, partner, account)
        for partner in (siri.partner, make_partner(session))
        if partner
    ]
    jonas = make_user(session, partner=grants[1].partner, name="Jonas Vik")
    product = make_product(session, account=account)
    for grant in grants:
        happened_in(session, account.id, grant, What.ACCESS_GIVEN, by=Person(kari.id))
    happened_in(session, account.id, kari, What.SIGNED_IN, by=Person(kari.id))
    happened(session, product, What.RETIRED, by=Person(jonas.id, on_behalf=True))
    session.commit()

    hers, his, theirs = (
        words(browser.get("/").text)
        for browser in (sign_in(kari), sign_in(ola), sign_in(siri, acting_for=account))
    )

    assert "Partner given access" in hers
    assert "Signed in" in hers
    for told in (his, theirs):
        assert "Taken out of use" in told
        assert "Partner given access" not in told
        assert "Signed in" not in told
    assert f"Jonas Vik ({grants[1].partner.name})" in his
    assert "Jonas" not in theirs
    assert "Another partner on behalf of" in theirs
    of_it = sign_in(siri, acting_for=account).get(f"/products/{product.reference}").text
    assert grants[1].partner.name not in of_it
