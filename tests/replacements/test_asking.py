import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Permission, Role
from portal.catalogue.models import Category
from portal.products.models import Product, ProductCount
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from tests.conftest import SignInAs
from tests.factories import (
    MOMENT,
    account_of,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_replacement,
    make_site,
    make_stock,
    make_user,
)

NEW = "/replacements/new"


@pytest.fixture(autouse=True)
def _thursday_afternoon() -> Iterator[None]:
    """A second before three in Oslo."""
    with time_machine.travel("2026-11-19 13:59:59Z", tick=False):
        yield


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    user.phone = "+4722222222"
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
    model = make_model(session, "Studio X30")
    return make_product(session, account=account, site=site, model=model)


def told(product: Product | ProductCount, site: Site, **more: Any) -> dict[str, Any]:
    key = "product" if isinstance(product, Product) else "count"
    return {
        **{key: product.reference, "fault": "picture", "tried": ["0", "1", "2"], "token": "t"},
        **{"where": site.reference, "recipient": "Ola Hansen", "phone": "22 22 22 22"},
        **{"country": "NO", "shown": "2026-11-20"},
        **more,
    }


def words(html: str) -> str:
    body = html.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", body)).split())


def replacements(session: Session) -> list[Replacement]:
    session.expire_all()
    return list(session.scalars(select(Replacement).order_by(Replacement.id)))


def test_from_a_products_page_it_is_four_clicks_and_nothing_to_type(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    client = sign_in(ola)

    path = f"{NEW}?product={product.reference}"
    assert f'href="{path}"' in client.get(f"/products/{product.reference}").text
    assert "What is wrong with the device?" in words(client.get(path).text)
    form = client.get(f"{path}&fault=picture").text
    assert 'value="Ola Hansen"' in form
    assert 'value="+47 22 22 22 22"' in form.replace("\xa0", " ")
    assert f'value="{site.reference}" checked' in form
    answers = client.post(f"{NEW}/answers", data=told(product, site))
    assert answers.status_code == 200
    assert "Order before 15:00, and it arrives Friday 20 November." in words(answers.text)
    assert replacements(session) == []
    sent = client.post(NEW, data=told(product, site))
    assert sent.status_code == 303
    receipt = words(client.get(sent.location).text)
    assert "We send a new device" in receipt
    assert "Arrives Friday 20 November" in receipt
    made = replacements(session)[0]
    assert (made.stage, made.promised_on) == (Stage.APPROVED, date(2026, 11, 20))
    assert (made.street, made.city, made.recipient_id) == ("Storgata 1", "Bodø", ola.id)


def test_sent_twice_it_is_one_replacement(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    client = sign_in(ola)
    first, again = (client.post(NEW, data=told(product, site)) for _ in range(2))

    assert first.location == again.location
    assert len(replacements(session)) == 1


def test_what_came_after_the_cut_off_is_shown_anew_and_not_sent(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    client = sign_in(ola)
    with time_machine.travel("2026-11-19 14:00:00Z", tick=False):
        late = client.post(NEW, data=told(product, site))
        assert late.status_code == 422
        assert "It is too late now for the day that you were shown." in words(late.text)
        assert "and it arrives Monday 23 November." in words(late.text)
        assert replacements(session) == []
        again = client.post(NEW, data=told(product, site, shown="2026-11-23"))
        assert again.status_code == 303
    assert replacements(session)[0].promised_on == date(2026, 11, 23)


def test_one_of_a_count_needs_no_serial_number(
    session: Session, sign_in: SignInAs, ola: User, account: Account, site: Site
) -> None:
    count = ProductCount(account_id=account.id, model=make_model(session), number=3)
    count.registered_at, count.site_id = MOMENT, site.id
    session.add(count)
    session.commit()
    client = sign_in(ola)

    path = f"{NEW}?count={count.reference}"
    assert f'href="{path}"' in client.get(f"/products/counts/{count.reference}").text
    assert "one of 3 without serial numbers" in words(client.get(path).text)
    assert client.post(f"{NEW}/answers", data=told(count, site)).status_code == 200
    assert client.post(NEW, data=told(count, site)).status_code == 303
    made = replacements(session)[0]
    assert (made.product_id, made.model_id, made.site_id) == (None, count.model_id, site.id)


def test_a_scanned_serial_number_leads_straight_to_the_question(
    sign_in: SignInAs, session: Session, account: Account, ola: User
) -> None:
    from portal.base.tenancy import Scope, ScopedSession  # noqa: PLC0415
    from portal.products.indexing import index_products  # noqa: PLC0415 - as registering does

    made = make_product(session, account=account, serial_number="8G22410000AACV")
    scope = Scope(frozenset({account.id}), account.id)
    with ScopedSession(scope=scope, bind=session.connection()) as ours:
        index_products(ours, ours.scalars(select(Product).where(Product.id == made.id)))
    session.commit()
    client = sign_in(ola)

    found = client.get(f"{NEW}?q=8g22 410000aacv".replace(" ", "%20"))
    assert found.status_code in {200, 303}
    exact = client.get(f"{NEW}?q=8G22410000AACV")
    assert exact.location == f"{NEW}?product={made.reference}"
    assert "No matches on" in words(client.get(f"{NEW}?q=finnesikke").text)
    assert "8G22410000AACV" in client.get(NEW).text


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("tried", ["0"], "Say in a few words why you skip what you have not tried."),
        ("recipient", "", "Enter who receives the parcel."),
        ("phone", "12", "Write a phone number such as"),
        ("where", "S-0000000", "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(  # noqa: PLR0917
    field: str,
    value: Any,
    says: str,
    session: Session,
    sign_in: SignInAs,
    ola: User,
    product: Product,
    site: Site,
) -> None:
    at = "untried" if field == "tried" else field
    typed = told(product, site, hours="8–16") | {field: value}
    for path in (f"{NEW}/answers", NEW):
        answer = sign_in(ola).post(path, data=typed)
        assert answer.status_code == 422
        assert says in answer.text.partition(f'id="{at}-error">')[2].partition("</div>")[0]
        assert 'value="8–16"' in answer.text
    assert replacements(session) == []


def test_what_is_no_check_is_refused_and_what_cannot_be_seen_is_not_kept(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    client = sign_in(ola)
    for tried in ("zzz", "99", "-1"):
        answer = client.post(f"{NEW}/answers", data=told(product, site) | {"tried": tried})
        assert answer.status_code == 422
        assert "Not a valid choice." in answer.text
    other = {"where": "other", "street": "1\n" * 5, "postal_code": "0150", "city": "Oslo"}
    long = client.post(f"{NEW}/answers", data=told(product, site) | other)
    assert (long.status_code, "Use at most 4 lines." in long.text) == (422, True)
    hidden = told(product, site, hours="\u202e8\u202c–16", recipient="Ola\u202e\u0007 Hansen")
    assert client.post(NEW, data=hidden).status_code == 303
    it = replacements(session)[0]
    assert (it.recipient, it.hours) == ("Ola Hansen", "8–16")


@pytest.mark.parametrize(
    ("field", "value"), [("street", "Storgata"), ("postal_code", "80"), ("postal_code", "0000")]
)
def test_another_address_must_be_one_that_a_parcel_finds(  # noqa: PLR0917
    field: str, value: str, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    other = {"where": "other", "street": "Kirkeveien 7", "postal_code": "0150", "city": "Oslo"}
    client = sign_in(ola)

    right = client.post(f"{NEW}/answers", data=told(product, site) | other | {"city": ""})
    assert "Kirkeveien 7 0150 Oslo" in words(right.text)
    wrong = client.post(f"{NEW}/answers", data=told(product, site) | other | {field: value})
    assert wrong.status_code == 422
    assert f'id="{field}-error"' in wrong.text


def test_one_goes_back_to_change_and_finds_what_was_typed(
    sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    back = sign_in(ola).post(
        f"{NEW}/answers", data=told(product, site, change="1", recipient="", hours="8–16")
    )

    assert back.status_code == 200
    assert 'value="8–16"' in back.text


def test_a_fault_must_be_chosen_and_be_one_of_the_category(
    sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    client = sign_in(ola)
    for fault in ("", "calls", "x"):
        answer = client.get(f"{NEW}?product={product.reference}&fault={fault}")
        assert answer.status_code == 422
        assert 'id="fault-error"' in answer.text
    assert client.post(NEW, data=told(product, site, fault="calls")).status_code == 422
    assert client.post(NEW, data=told(product, site) | {"product": ""}).status_code == 422


def test_what_is_not_covered_has_a_reason_and_ways_on(
    session: Session, sign_in: SignInAs, account: Account, ola: User, site: Site
) -> None:
    model = make_model(session, category=Category.QUOTE_ONLY)
    product = make_product(session, account=account, model=model)
    partner = make_partner(session)
    make_agreement(session, account, ends_on=date(2029, 1, 1)).partner_id = partner.id
    session.commit()
    client = sign_in(ola)

    page = client.get(f"{NEW}?product={product.reference}")
    assert "The device is not covered." in words(page.text)
    assert f"Ask your reseller, {partner.name}" in words(page.text)
    assert f'href="/service-requests/new?product={product.reference}"' in page.text
    sent = client.post(NEW, data=told(product, site, fault="picture"))
    assert sent.status_code == 422
    assert "The device is not covered." in words(sent.text)
    assert replacements(session) == []


def test_what_is_being_replaced_leads_to_that_replacement(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, product: Product, site: Site
) -> None:
    there = make_replacement(session, account, product=product)
    client = sign_in(ola)

    page = client.get(f"{NEW}?product={product.reference}").text
    assert "The device is being replaced already." in words(page)
    assert there.reference in page
    assert client.post(NEW, data=told(product, site)).status_code == 422
    assert len(replacements(session)) == 1


def test_beyond_the_limit_a_person_looks_at_it_and_that_is_said_before(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, product: Product, site: Site
) -> None:
    agreement = make_agreement(session, account, ends_on=date(2029, 12, 31))
    agreement.targets = {"replaced_by_rule": 0}
    session.commit()
    client = sign_in(ola)

    answers = client.post(f"{NEW}/answers", data=told(product, site))
    assert "One of us looks at it first. Approved before 15:00, it arrives" in words(answers.text)
    sent = client.post(NEW, data=told(product, site))
    assert "We look at it, and tell you when it is approved." in words(
        client.get(sent.location).text
    )
    assert replacements(session)[0].stage is Stage.REQUESTED


def test_a_partner_asks_on_a_customers_behalf(
    session: Session, sign_in: SignInAs, account: Account, product: Product, site: Site
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, account)
    siri = make_user(session, partner=partner, name="Siri Berg")

    sent = sign_in(siri, acting_for=account).post(NEW, data=told(product, site))
    assert sent.status_code == 303
    made = replacements(session)[0]
    assert (made.asked_by_id, made.on_behalf, made.recipient_id) == (siri.id, True, None)


def test_without_the_right_nobody_is_offered_it(
    session: Session, sign_in: SignInAs, account: Account, product: Product, site: Site
) -> None:
    mette = sign_in(make_user(session, account=account, role=Role.OBSERVER))
    partner = make_partner(session)
    allowed = frozenset({Permission.ACCOUNT_VIEW, Permission.PRODUCTS_VIEW})
    make_grant(session, partner, account, permissions=allowed)
    siri = sign_in(make_user(session, partner=partner), acting_for=account)

    for client in (mette, siri):
        assert NEW not in client.get(f"/products/{product.reference}").text
        assert client.get(NEW).status_code == 403
        assert client.post(NEW, data=told(product, site)).status_code == 403


def test_another_customers_device_does_not_exist(
    session: Session, sign_in: SignInAs, product: Product, site: Site
) -> None:
    stranger = make_user(session)
    make_agreement(session, account_of(stranger))
    client: FlaskClient = sign_in(stranger)

    assert client.get(f"{NEW}?product={product.reference}").status_code == 404
    assert client.post(NEW, data=told(product, site)).status_code == 422
    assert replacements(session) == []


def test_sent_twice_it_leads_to_the_same_though_it_took_the_last_one(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    line = make_stock(session, 1, model=product.model)
    client = sign_in(ola)

    first, again = (client.post(NEW, data=told(product, site)) for _ in range(2))

    assert (first.status_code, again.status_code) == (303, 303), words(again.text)
    assert first.location == again.location
    assert len(replacements(session)) == 1
    assert line.reserved == 1
    elsewhere = sign_in(make_user(session, account=account_of(ola)))
    assert elsewhere.post(NEW, data=told(product, site)).status_code == 422  # a token of another
