"""Who sees a part of an account gets no more for that: what may be replaced, and what needs nobody
to look at it, is decided by all that the account has asked for."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.approval_rules.models import ApprovalRules
from portal.base.access import Role, Visibility
from portal.catalogue.models import Category
from portal.products.models import Product, ProductCount
from portal.replacements.rules import Stage
from portal.spare_parts.models import SparePart
from tests.conftest import SignInAs
from tests.factories import (
    MOMENT,
    account_of,
    make_agreement,
    make_model,
    make_product,
    make_replacement,
    make_site,
    make_user,
)
from tests.replacements.test_asking import NEW, replacements, told, words


@pytest.fixture(autouse=True)
def _thursday_noon() -> Iterator[None]:
    with time_machine.travel("2026-11-19 11:00:00Z", tick=False):
        yield


@pytest.fixture
def kari(session: Session) -> User:
    return make_user(session, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def account(session: Session, kari: User) -> Account:
    account = account_of(kari)
    make_agreement(session, account).targets = {"replaced_by_rule": 2}
    session.commit()
    return account


@pytest.fixture
def site(session: Session, account: Account) -> Site:
    site = make_site(session, account, "Bodø")
    site.street, site.postal_code, site.city = "Storgata 1", "8006", "Bodø"
    session.commit()
    return site


@pytest.fixture
def ola(session: Session, account: Account) -> User:
    """Of what is personal he sees his own."""
    return make_user(session, account=account, sees=Visibility.OWN)


@pytest.fixture
def product(session: Session, account: Account, site: Site) -> Product:
    model = make_model(session, "Studio X30")
    return make_product(session, account=account, site=site, model=model)


@pytest.fixture
def two(session: Session, account: Account, site: Site) -> ProductCount:
    count = ProductCount(account_id=account.id, model=make_model(session, "Studio X52"), number=2)
    count.registered_at, count.site_id = MOMENT, site.id
    session.add(count)
    session.commit()
    return count


def test_of_those_by_count_no_more_are_replaced_than_there_are(
    session: Session, sign_in: SignInAs, kari: User, ola: User, two: ProductCount, *, site: Site
) -> None:
    both = told(two, site, number="2")
    assert sign_in(kari).post(NEW, data=both).status_code == 303

    client = sign_in(ola)
    step = client.get(f"{NEW}?count={two.reference}&fault=picture&number=2")
    refused = client.post(NEW, data=both | {"token": "u"})

    assert (step.status_code, refused.status_code) == (422, 422)
    assert "All of these devices are being replaced already." in words(refused.text)
    assert len(replacements(session)) == 2


def test_one_that_is_being_replaced_is_told_at_the_first_step_and_not_by_which(
    session: Session, sign_in: SignInAs, kari: User, ola: User, *,
    account: Account, product: Product, site: Site,
) -> None:  # fmt: skip
    other = make_product(session, account=account, site=site, model=product.model)
    sign_in(kari).post(NEW, data=told(product, site))
    made = replacements(session)[0]

    client = sign_in(ola)
    step = client.get(f"{NEW}?product={product.reference}").text
    several = client.get(f"{NEW}?product={product.reference}&product={other.reference}").text
    refused = client.post(NEW, data=told(product, site, token="u"))

    for page in (step, several, refused.text):
        assert "The device is being replaced already." in words(page)
        assert made.reference not in page
    assert "Call us right away, day or night:" in words(step)
    assert "Go on with the other device" in words(several)
    assert refused.status_code == 422
    assert made.reference in sign_in(kari).get(f"{NEW}?product={product.reference}").text


def test_a_week_has_no_more_for_whoever_sees_few_of_them(
    session: Session, sign_in: SignInAs, *,
    kari: User, ola: User, two: ProductCount, product: Product, site: Site,
) -> None:  # fmt: skip
    sign_in(kari).post(NEW, data=told(two, site, number="2"))

    client = sign_in(ola)
    client.post(NEW, data=told(product, site, token="u"))

    *before, mine = replacements(session)
    assert [it.stage for it in before] == [Stage.APPROVED] * 2
    assert (mine.stage, mine.held) == (Stage.REQUESTED, ["week"])


def test_nor_does_it_have_more_parts(
    session: Session, sign_in: SignInAs, kari: User, ola: User, account: Account, *, site: Site
) -> None:
    headset = make_model(session, "Voyager 4320", category=Category.HEADSET)
    part = SparePart(number="85S19-AA", model_ids=[headset.id])
    part.name_nb, part.name_en = "Øreputer", "Ear cushions"
    session.add(part)
    session.commit()
    asked: dict[str, Any] = {"part": part.number, "pieces": "2", "where": site.reference}
    asked |= {"recipient": "Ola Hansen", "phone": "22 22 22 22", "country": "NO"}
    asked |= {"shown": "2026-11-20"}

    for who, token in ((kari, "t"), (ola, "u")):
        assert sign_in(who).post("/replacements/parts", data=asked | {"token": token}).location

    assert [it.held for it in replacements(session)] == [[], ["week"]]


def test_one_that_was_sent_to_a_colleague_lately_is_known_to_be_new(
    session: Session, sign_in: SignInAs, *,
    kari: User, ola: User, account: Account, product: Product, site: Site,
) -> None:  # fmt: skip
    rules = ApprovalRules(at_once=100, own_addresses=False, at_home=False, categories=[])
    rules.again_days = 60
    session.add(rules)
    came: dict[str, Any] = {"stage": Stage.DELIVERED, "closed_at": MOMENT}
    came |= {"delivered_on": date(2026, 11, 1)}
    came |= {"product": make_product(session, account=account, model=product.model)}
    make_replacement(session, account, by=kari, new_serial_number=product.serial_number, **came)

    sign_in(ola).post(NEW, data=told(product, site))

    mine = replacements(session)[-1]
    assert (mine.stage, mine.held) == (Stage.REQUESTED, ["again"])
