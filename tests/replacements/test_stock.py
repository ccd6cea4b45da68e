"""What is asked for when there is little left, or none."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import Person
from portal.accounts.models import Account, Site, User
from portal.base.access import Role
from portal.base.mails import Mail
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category, ProductModel
from portal.products.models import Product, ProductCount
from portal.replacements.actions import ask_for_replacements
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.stock.actions import expect, receive
from portal.stock.models import Stock
from tests.conftest import SignInAs
from tests.factories import (
    MOMENT,
    account_of,
    make_agreement,
    make_model,
    make_product,
    make_replacement,
    make_site,
    make_stock,
    make_user,
)
from tests.replacements.test_actions import ASKED
from tests.replacements.test_asking import NEW, replacements, told, words

DESK = "/desk/logistics"
NOON = datetime(2026, 11, 19, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _thursday_noon() -> Iterator[None]:
    with time_machine.travel("2026-11-19 11:00:00Z", tick=False):
        yield


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def site(session: Session, account: Account) -> Site:
    site = make_site(session, account, "Bodø")
    site.street, site.postal_code, site.city = "Storgata 1", "8006", "Bodø"
    session.commit()
    return site


@pytest.fixture
def model(session: Session) -> ProductModel:
    return make_model(session, "Studio X30")


@pytest.fixture
def product(session: Session, account: Account, site: Site, model: ProductModel) -> Product:
    return make_product(session, account=account, site=site, model=model)


def left(session: Session, line: Stock) -> tuple[int, int]:
    session.expire_all()
    return line.on_hand, line.reserved


def test_it_is_reserved_when_approved_and_taken_when_sent(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel,
) -> None:  # fmt: skip
    line = make_stock(session, 3, model=model)
    client = sign_in(ola)
    assert client.post(NEW, data=told(product, site)).status_code == 303
    assert left(session, line) == (3, 1)

    it = replacements(session)[0]
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    scans = {"rma": it.reference, "serial_number": "8G22419999ZZCV", "tracking_number": "370715"}
    for _ in range(2):
        lars.post(f"{DESK}/shipments", data=scans)
    assert left(session, line) == (2, 0)


@pytest.mark.parametrize("who", ["customer", "staff"])
def test_what_is_called_off_or_declined_is_let_go(  # noqa: PLR0917
    who: str, session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel,
) -> None:  # fmt: skip
    line = make_stock(session, 1, model=model)
    sign_in(ola).post(NEW, data=told(product, site))
    it = replacements(session)[0].reference
    anna = sign_in(make_user(session, role=Role.AGENT))
    for _ in range(2):
        if who == "customer":
            sign_in(ola).post(f"/replacements/{it}/cancellation")
        else:
            anna.post(f"{DESK}/{it}/refusal", data={"because": "Feil enhet"})
    assert left(session, line) == (1, 0)


def test_the_order_of_the_last_one_sent_twice_leads_to_the_same_receipt(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site, *,
    model: ProductModel,
) -> None:  # fmt: skip
    line, client = make_stock(session, 1, model=model), sign_in(ola)
    first, again = (client.post(NEW, data=told(product, site)) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    assert left(session, line) == (1, 1)
    assert len(replacements(session)) == 1


def test_out_of_stock_is_told_before_with_the_day_and_what_is_sent_instead(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel,
) -> None:  # fmt: skip
    after = make_model(session, "Studio X32")
    model.successor_id = after.id
    make_stock(session, 0, model=model, expected=9, expected_on=date(2026, 12, 3))
    line = make_stock(session, 2, model=after)
    client = sign_in(ola)

    assert "None left in stock" in words(client.get(NEW).text)
    path = f"{NEW}?product={product.reference}"
    for step in (path, f"{path}&fault=picture"):
        page = words(client.get(step).text)
        assert "There are not enough Studio X30 left in stock." in page
        assert "You can get Studio X32 instead, at once." in page
        assert "We expect more Thursday 3 December." in page
    answers = words(client.post(f"{NEW}/answers", data=told(product, site, supply="instead")).text)
    assert "it arrives Friday 20 November" in answers
    assert "Sent instead Studio X32" in answers
    assert client.post(NEW, data=told(product, site, supply="instead")).status_code == 303
    it = replacements(session)[0]
    assert (it.stage, it.model_id, it.sent_model_id) == (Stage.APPROVED, model.id, after.id)
    assert left(session, line) == (2, 1)
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    assert "Studio X32" in lars.get(DESK).text.partition("<tbody>")[2]


def test_who_waits_is_promised_the_day_and_gets_it_when_more_come(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel, app: Flask, run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    line = make_stock(session, 0, model=model, expected=9, expected_on=date(2026, 12, 3))
    client = sign_in(ola)
    answers = words(client.post(f"{NEW}/answers", data=told(product, site, supply="wait")).text)
    assert "it arrives Friday 4 December" in answers

    sent = client.post(NEW, data=told(product, site, supply="wait", shown="2026-12-04"))
    receipt = words(client.get(sent.location).text)
    assert "We expect more Thursday 3 December, and send it then." in receipt
    it = replacements(session)[0]
    assert (it.stage, it.waits_for_stock, it.held) == (Stage.REQUESTED, True, ["stock"])
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    assert "Waits for stock" in words(lars.get(f"{DESK}?view=approve").text)
    receive(session, catalogue_of(session)[model.id], 1, by=Person(0))
    session.commit()
    run_jobs()
    it = replacements(session)[0]
    assert (it.stage, it.waits_for_stock, it.promised_on) == (
        Stage.APPROVED, False, date(2026, 11, 20),
    )  # fmt: skip
    assert left(session, line) == (1, 1)


def test_who_waits_hears_of_another_day_with_its_year_where_it_is_far(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel, run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    line = make_stock(session, 0, model=model, expected=9, expected_on=date(2026, 12, 3))
    client = sign_in(ola)
    client.post(NEW, data=told(product, site, supply="wait", shown="2026-12-04"))
    for number, day in ((8, date(2028, 2, 3)), (9, date(2028, 2, 3))):
        known = session.get_one(Stock, line.id)
        these: Any = {"version": known.version, "today": NOON.date(), "by": Person(0)}
        expect(session, known, number, day, **these)
        session.commit()
        run_jobs()
    page = client.get(f"/replacements/{replacements(session)[0].reference}").text
    assert "We expect more Thursday 3 February 2028, and send it then." in words(page)
    subjects = [it.subject for it in session.scalars(select(Mail))]
    assert sum("comes on another day" in each for each in subjects) == 1


def test_those_who_wait_are_served_in_the_order_in_which_they_asked(
    session: Session, account: Account, model: ProductModel, run_jobs: Callable[..., int]
) -> None:
    line = make_stock(session, 0, model=model)
    waits: dict[str, Any] = {"waits_for_stock": True, "held": ["stock"]}
    made = [
        make_replacement(
            session, account, product=make_product(session, account=account, model=model), **more
        )
        for more in (waits, waits | {"held": ["week", "stock"]}, waits, waits)
    ]
    receive(session, catalogue_of(session, knowing=[model.id])[model.id], 2, by=Person(0))
    session.commit()
    run_jobs()

    session.expire_all()
    stages = [session.get_one(Replacement, it.id).stage for it in made]
    asked, approved = Stage.REQUESTED, Stage.APPROVED
    assert stages == [approved, asked, approved, asked]
    assert left(session, line) == (2, 2)


def test_nobody_knows_the_day(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel,
) -> None:  # fmt: skip
    make_stock(session, 0, model=model)
    client = sign_in(ola)
    answers = client.post(f"{NEW}/answers", data=told(product, site, supply="wait"))

    assert "We send it as soon as there are more, and tell you the day." in words(answers.text)
    assert client.post(NEW, data=told(product, site, supply="wait", shown="-")).status_code == 303
    assert replacements(session)[0].waits_for_stock


def test_what_ran_out_meanwhile_is_asked_about_again_and_not_sent(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site,
    model: ProductModel,
) -> None:  # fmt: skip
    make_stock(session, 0, model=model)
    sent = sign_in(ola).post(NEW, data=told(product, site))

    assert sent.status_code == 422
    assert "There are not enough left" in words(sent.text)
    assert replacements(session) == []


def test_twenty_are_reserved_together_or_none(
    session: Session, sign_in: SignInAs, account: Account, ola: User, site: Site
) -> None:
    make_agreement(session, account, ends_on=date(2029, 12, 31)).targets = {"replaced_by_rule": 50}
    model = make_model(session, "Voyager 4320", category=Category.HEADSET)
    count = ProductCount(account_id=account.id, model=model, site_id=site.id, number=25)
    count.registered_at = MOMENT
    session.add(count)
    session.commit()
    line = make_stock(session, 19, model=model)
    data: dict[str, Any] = told(count, site, fault="no_sound", number="20")
    client = sign_in(ola)

    assert client.post(NEW, data=data).status_code == 422
    assert left(session, line) == (19, 0)
    line.on_hand = 20
    session.commit()
    assert client.post(NEW, data=data).status_code == 303
    assert left(session, line) == (20, 20)
    assert len(session.scalars(select(Replacement)).all()) == 20


def test_a_person_approves_nothing_that_is_not_there(
    session: Session, sign_in: SignInAs, account: Account, product: Product, model: ProductModel
) -> None:
    line = make_stock(session, 0, model=model)
    asked = make_replacement(session, account, product=product)
    anna = sign_in(make_user(session, role=Role.AGENT))
    refused = anna.post(f"{DESK}/{asked.reference}/approval")

    assert refused.status_code == 422
    assert "There is no Studio X30 left in stock." in words(refused.text)
    assert left(session, line) == (0, 0)


def test_a_packing_slip_lies_in_the_parcel(
    session: Session, sign_in: SignInAs, account: Account, product: Product
) -> None:
    it = make_replacement(session, account, product=product, stage=Stage.APPROVED)
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    path = f"{DESK}/{it.reference}/packing-slip.pdf"

    assert path in lars.get(f"{DESK}/{it.reference}").text
    with lars.get(path) as answer:
        assert answer.data.startswith(b"%PDF")
        assert answer.content_type == "application/pdf"


def test_of_thirty_customers_who_want_the_last_one_gets_it(
    session: Session, model: ProductModel, sessions: "sessionmaker[ScopedSession]"
) -> None:
    """The others are told that it is gone, and nothing of theirs is kept."""
    line = make_stock(session, 1, model=model)
    askers = []
    for _ in range(30):
        user = make_user(session)
        make_agreement(session, account_of(user))
        product = make_product(session, account=account_of(user), model=model)
        askers.append((account_of(user).id, product.id, user.id))
    session.commit()

    def ask(who: tuple[int, int, int]) -> bool:
        account_id, product_id, user_id = who
        scope = Scope(frozenset({account_id}), account_id)
        with sessions(scope=scope) as mine:
            device = mine.get_one(Product, product_id)
            try:
                ask_for_replacements(mine, [device], ASKED, by=Person(user_id), now=NOON)
            except Refused:
                return False
            mine.commit()
            return True

    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(ask, askers)) == 1
    assert left(session, line) == (1, 1)
    assert len(session.scalars(select(Replacement)).all()) == 1
