"""What the rules of approval come to for who asks."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, Site, User
from portal.approval_rules.actions import change_rules
from portal.approval_rules.rules import Rules
from portal.base.access import Role
from portal.catalogue.models import Category
from portal.products.models import Product
from portal.replacements.rules import Stage
from tests.conftest import SignInAs
from tests.factories import (
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
def product(session: Session, account: Account, site: Site) -> Product:
    model = make_model(session, "Studio X30", category=Category.VIDEO)
    return make_product(session, account=account, site=site, model=model)


ELSEWHERE = {"where": "other", "street": "Kirkeveien 7", "postal_code": "0150", "city": ""}
ABROAD = ELSEWHERE | {"country": "SE", "postal_code": "114 55", "city": "Stockholm"}


@pytest.mark.parametrize(
    ("rules", "typed", "held"),
    [
        (Rules(), ELSEWHERE, []),
        (Rules(own_addresses=True), {}, []),
        (Rules(own_addresses=True), ELSEWHERE, ["address"]),
        (Rules(at_home=True), {}, []),
        (Rules(at_home=True), ABROAD, ["abroad"]),
        (Rules(categories=frozenset({Category.VIDEO})), {}, ["category"]),
        (Rules(at_once=0), {}, ["many"]),
    ],
)
def test_what_a_rule_does_not_approve_a_person_looks_at(  # noqa: PLR0917
    rules: Rules, typed: dict[str, Any], held: list[str], session: Session, sign_in: SignInAs,
    ola: User, product: Product, site: Site,
) -> None:  # fmt: skip
    change_rules(session, rules, version=0, by=Person(ola.id))
    session.commit()
    client, data = sign_in(ola), told(product, site) | typed
    answers = client.post(f"{NEW}/answers", data=data).text
    assert ("One of us looks at it first." in words(answers)) == bool(held)

    shown = answers.partition('name="shown" value="')[2].partition('"')[0]
    assert client.post(NEW, data=data | {"shown": shown}).status_code == 303
    made = replacements(session)[0]
    assert made.held == held
    assert made.stage is (Stage.REQUESTED if held else Stage.APPROVED)


def test_the_desk_reads_why_a_person_must_look(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    change_rules(session, Rules(at_once=0), version=0, by=Person(ola.id))
    session.commit()
    sign_in(ola).post(NEW, data=told(product, site))
    made = replacements(session)[0]
    anna = sign_in(make_user(session, role=Role.AGENT))

    page = words(anna.get(f"/desk/logistics/{made.reference}").text)
    assert "Many were asked for at once." in page
    assert anna.post(f"/desk/logistics/{made.reference}/approval").status_code == 303
    assert replacements(session)[0].stage is Stage.APPROVED


def test_a_device_that_came_as_a_new_one_not_long_ago_is_looked_at(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, product: Product, site: Site
) -> None:
    before = make_replacement(session, account, stage=Stage.DELIVERED)
    before.new_serial_number, before.delivered_on = product.serial_number, date(2026, 11, 1)
    change_rules(session, Rules(again_days=30), version=0, by=Person(ola.id))
    session.commit()
    sign_in(ola).post(NEW, data=told(product, site))

    assert replacements(session)[-1].held == ["again"]
