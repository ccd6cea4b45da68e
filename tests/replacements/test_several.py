from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.catalogue.models import Category
from portal.products.indexing import index_products
from portal.products.models import Product, ProductCount, ProductStatus
from portal.replacements.lots import MOST
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
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
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user)).targets = {"replaced_by_rule": 50}
    session.commit()
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
def devices(session: Session, account: Account, site: Site) -> list[Product]:
    model = make_model(session, "Studio X30")
    return [make_product(session, account=account, site=site, model=model) for _ in range(3)]


@pytest.fixture
def headsets(session: Session, account: Account, site: Site) -> ProductCount:
    model = make_model(session, "Voyager 4320", category=Category.HEADSET)
    count = ProductCount(account_id=account.id, model=model, site_id=site.id, number=25)
    count.registered_at = MOMENT
    session.add(count)
    session.commit()
    return count


def of(devices: list[Product], site: Site, **more: Any) -> dict[str, Any]:
    return told(devices[0], site) | {"product": [it.reference for it in devices]} | more


def twenty(headsets: ProductCount, site: Site, **more: Any) -> dict[str, Any]:
    return told(headsets, site, fault="no_sound", number="20", **more)


def test_several_are_picked_in_the_list_of_devices(
    sign_in: SignInAs, ola: User, devices: list[Product]
) -> None:
    client, refs = sign_in(ola), [it.reference for it in devices]
    assert 'formaction="/replacements/new/picked"' in client.get("/products").text

    picked = client.post(f"{NEW}/picked", data={"picked": refs})
    assert picked.location == f"{NEW}?" + "&".join(f"product={ref}" for ref in refs)
    step = client.get(picked.location).text
    assert "What is wrong with the devices?" in words(step)
    assert all(f'name="product" value="{ref}"' in step for ref in refs)
    assert client.post(f"{NEW}/picked").location == NEW
    assert "You picked no device." in words(client.get(NEW).text)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("0", "Write a number from 1 on."),
        ("99", "You have 25 of these. Write that many at most."),
        ("101", "You have 25 of these. Write that many at most."),
        ("", "Enter the number of devices."),
    ],
)
def test_how_many_of_a_count_can_be_faulty_is_said_at_the_field(
    number: str, says: str, sign_in: SignInAs, ola: User, headsets: ProductCount
) -> None:
    asked = {"count": headsets.reference, "fault": "no_sound", "number": number}
    refused = sign_in(ola).get(NEW, query_string=asked)

    assert refused.status_code == 422
    assert f'id="number-error">{says}<' in refused.text


def test_of_those_that_are_being_replaced_the_page_says_how_many_are_left(
    session: Session, sign_in: SignInAs, ola: User, headsets: ProductCount, site: Site
) -> None:
    client = sign_in(ola)
    client.post(NEW, data=twenty(headsets, site))
    asked = {"count": headsets.reference, "fault": "no_sound", "number": "6"}

    refused = client.get(NEW, query_string=asked)

    assert refused.status_code == 422
    assert "5 of them can be replaced now." in words(refused.text)


def test_each_gets_a_reference_of_its_own_at_one_address(
    session: Session, sign_in: SignInAs, ola: User, devices: list[Product], site: Site
) -> None:
    client = sign_in(ola)
    answers = words(client.post(f"{NEW}/answers", data=of(devices, site)).text)
    assert "they arrive Friday 20 November" in answers
    assert "3 × Studio X30" in answers
    assert "Send in and get 3 new devices" in answers

    sent = client.post(NEW, data=of(devices, site))
    made = replacements(session)
    assert [it.product_id for it in made] == [it.id for it in devices]
    assert {(it.stage, it.city, it.first_id) for it in made} == {
        (Stage.APPROVED, "Bodø", made[0].id)
    }
    receipt = words(client.get(sent.location).text)
    assert "We send 3 new devices" in receipt
    assert all(it.reference in receipt for it in made)
    last = client.get(f"/replacements/{made[-1].reference}").text
    assert f'href="/replacements/{made[-1].reference}/receipt"' in last
    assert client.post(NEW, data=of(devices, site)).location == sent.location
    assert len(replacements(session)) == 3


def test_twenty_of_a_count_are_asked_for_at_once(
    session: Session, sign_in: SignInAs, ola: User, headsets: ProductCount, site: Site
) -> None:
    client = sign_in(ola)
    path = f"{NEW}?count={headsets.reference}"
    assert "How many are faulty?" in words(client.get(path).text)
    where = client.get(f"{path}&number=20&fault=no_sound")
    assert 'name="number" value="20"' in where.text
    assert "20 of those without serial numbers" in words(where.text)

    assert client.post(NEW, data=twenty(headsets, site)).status_code == 303
    made = replacements(session)
    assert len(made) == len({it.reference for it in made}) == 20
    assert {it.product_id for it in made} == {None}
    again = client.post(NEW, data=twenty(headsets, site, token="u"))
    assert again.status_code == 422
    assert "There are not so many of these devices left to be replaced." in words(again.text)
    assert len(replacements(session)) == 20


@pytest.mark.parametrize("number", ["0", "26", str(MOST + 1), "x", "-1", "1e9"])
def test_no_more_than_there_are_and_no_garbage(
    number: str, sign_in: SignInAs, ola: User, headsets: ProductCount
) -> None:
    path = f"{NEW}?count={headsets.reference}&number={number}&fault=no_sound"
    assert sign_in(ola).get(path).status_code == 422


def test_all_or_none(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, devices: list[Product],
    site: Site,
) -> None:  # fmt: skip
    make_replacement(session, account, product=devices[1])
    client = sign_in(ola)

    page = client.get(f"{NEW}?" + "&".join(f"product={it.reference}" for it in devices)).text
    assert "The device is being replaced already." in words(page)
    rest = f"{NEW}?product={devices[0].reference}&amp;product={devices[2].reference}"
    assert f'href="{rest}"' in page
    sent = client.post(NEW, data=of(devices, site))
    assert sent.status_code == 422
    assert len(replacements(session)) == 1


def test_what_is_wrong_is_something_that_all_of_them_can_have(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, devices: list[Product],
    site: Site,
) -> None:  # fmt: skip
    headset = make_model(session, category=Category.HEADSET)
    mixed = [devices[0], make_product(session, account=account, site=site, model=headset)]
    client = sign_in(ola)
    path = f"{NEW}?" + "&".join(f"product={it.reference}" for it in mixed)

    step = client.get(path).text
    assert 'value="no_sound"' in step
    assert 'value="picture"' not in step
    assert 'value="battery"' not in step
    assert client.get(f"{path}&fault=picture").status_code == 422
    assert client.post(NEW, data=of(mixed, site)).status_code == 422
    assert replacements(session) == []


def test_beyond_the_rule_a_person_looks_at_all_of_them(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, devices: list[Product],
    site: Site,
) -> None:  # fmt: skip
    make_agreement(session, account, ends_on=date(2029, 12, 31)).targets = {"replaced_by_rule": 2}
    session.commit()
    client = sign_in(ola)

    answers = words(client.post(f"{NEW}/answers", data=of(devices, site)).text)
    assert "One of us looks at it first." in answers
    sent = client.post(NEW, data=of(devices, site))
    assert "3 replacements are asked for" in words(client.get(sent.location).text)
    assert {it.stage for it in replacements(session)} == {Stage.REQUESTED}


def test_a_device_that_is_gone_or_too_many_are_refused(
    session: Session, sign_in: SignInAs, ola: User, devices: list[Product]
) -> None:
    client = sign_in(ola)
    named = f"{NEW}?product={devices[0].reference}"

    assert client.get(f"{named}&product=P-1").status_code == 404
    refs = [f"P-{number}" for number in range(MOST + 1)]
    for path, method in (
        (f"{NEW}?" + "&".join(f"product={it}" for it in refs), "GET"),
        (f"{NEW}/picked", "POST"),
    ):
        answer = client.open(path, method=method, data={"picked": refs})
        assert answer.location == "/products"
        told_so = words(client.get("/products").text)
        assert f"You can replace at most {MOST} devices at once. Pick fewer." in told_so
    devices[0].status = ProductStatus.RETIRED
    session.commit()
    assert "The device is not in use any more." in words(client.get(named).text)
    assert session.scalars(select(Replacement)).all() == []


def test_that_there_are_more_devices_than_are_shown_is_said(
    session: Session, session_of: Any, sign_in: SignInAs, ola: User, account: Account
) -> None:
    model = make_model(session, "Studio X50")
    client, says = sign_in(ola), "There are more than these."
    for many in range(1, 10):
        made = make_product(session, account=account, model=model)
        with session_of(account.id) as ours:
            index_products(ours, ours.scalars(select(Product).where(Product.id == made.id)))
            ours.commit()
        shown = words(client.get(f"{NEW}?q=studio").text)
        assert (says in shown) == (many > 8), many
    assert says not in words(client.get(NEW).text)
