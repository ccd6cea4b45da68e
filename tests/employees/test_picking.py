"""An employee who cannot read the number says the model; the administrator says which device."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.agreements.models import Agreement
from portal.base.access import Permission, Role
from portal.base.history import Event, What
from portal.base.references import reference
from portal.employees.models import EmployeeLink
from portal.products.indexing import index_products
from portal.products.models import Product, ProductCount, ProductStatus
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.replacements.tracking_links import tracking_path
from tests.conftest import SETTINGS, SignInAs
from tests.employees.conftest import (
    Run,
    another,
    headset,
    last_mail,
    make_count,
    orders,
    path_of,
    proven,
    replacements,
    told,
)
from tests.factories import (
    MOMENT,
    make_account,
    make_grant,
    make_partner,
    make_product,
    make_replacement,
    make_stock,
    make_user,
)

FINDS = "Waiting for the organization&#39;s administrator to find the device and approve it"


def chosen(product: Product) -> str:
    return reference("PM", product.model_id)


@pytest.fixture
def waiting(  # noqa: PLR0917
    client: FlaskClient, session: Session, link: EmployeeLink, site: Site, product: Product,
    run_jobs: Run,
) -> Replacement:  # fmt: skip
    proven(client, session, link, run_jobs)
    path = path_of(link)
    said = client.post(f"{path}/device", data={"model": chosen(product)})
    assert said.location == f"{path}/order", said.text
    page = client.get(f"{path}/order").text
    assert "Your administrator finds out which one it is." in page
    assert "Nordlys Kraft AS approves it first." in page
    sent = client.post(f"{path}/order", data=told(site))
    assert sent.status_code == 303, sent.text
    run_jobs()
    return replacements(session)[0]


def saying(it: Replacement) -> str:
    return f"/replacements/{it.reference}/device"


def test_the_models_of_the_account_are_offered_and_no_others(  # noqa: PLR0917
    client: FlaskClient, session: Session, account: Account, link: EmployeeLink,
    product: Product, run_jobs: Run,
) -> None:  # fmt: skip
    counted = make_count(session, account)
    theirs = make_product(
        session, account=make_account(session, "Fjord HF"), model=headset(session, "Blackwire")
    )
    old = make_product(session, account=account, model=headset(session, "Old"))
    old.status = ProductStatus.RETIRED
    session.commit()
    proven(client, session, link, run_jobs)
    page = client.get(f"{path_of(link)}/device").text
    assert f'value="{chosen(product)}"' in page
    assert f'value="{counted.reference}"' in page
    assert reference("PM", counted.model_id) not in page  # its line stands for it
    for other in ("Blackwire", ">Old<", str(product.serial_number)):
        assert other not in page
    answer = client.post(f"{path_of(link)}/device", data={"model": chosen(theirs)})
    assert answer.status_code == 422


def test_what_is_counted_and_numbered_is_said_by_the_administrator(  # noqa: PLR0917
    client: FlaskClient, session: Session, account: Account, link: EmployeeLink,
    product: Product, site: Site, run_jobs: Run,
) -> None:  # fmt: skip
    line = ProductCount(account_id=account.id, model=product.model, number=3, site_id=site.id)
    line.registered_at = product.registered_at
    session.add(line)
    alone = make_count(session, account)
    proven(client, session, link, run_jobs)
    path = f"{path_of(link)}/device"
    page = client.get(path).text
    assert f'value="{chosen(product)}"' in page
    assert line.reference not in page
    assert f'value="{alone.reference}"' in page
    # Nothing is ordered by what was not offered, chosen or written as a number.
    for other in (line.reference, reference("PM", alone.model_id)):
        for field in ("model", "serial"):
            assert client.post(path, data={field: other}).status_code == 422, (field, other)
    assert client.get(f"{path_of(link)}/order").status_code == 303
    assert client.post(path, data={"model": chosen(product)}).status_code == 303
    assert client.post(f"{path_of(link)}/order", data=told(site)).status_code == 303
    assert replacements(session)[0].held == ["employee", "device"]


def test_of_many_models_the_right_one_is_searched_for(  # noqa: PLR0917
    client: FlaskClient, session: Session, account: Account, link: EmployeeLink,
    product: Product, run_jobs: Run,
) -> None:  # fmt: skip
    for number in range(12):
        make_product(session, account=account, model=headset(session, f"Blackwire {number:02}"))
    proven(client, session, link, run_jobs)
    path = f"{path_of(link)}/device"
    page = client.get(path).text
    assert page.count('type="radio"') == 10
    assert "There are more than these." in page
    found = client.get(path, query_string={"q": "voyager"}).text
    assert found.count('type="radio"') == 1
    assert chosen(product) in found
    fragment = client.get(
        path,
        query_string={"q": "hodesett"},
        headers={"HX-Request": "true", "HX-Target": "device-choices"},
    ).text
    assert "<html" not in fragment
    assert fragment.count('type="radio"') == 10
    nothing = client.get(path, query_string={"q": "zzz"}).text
    assert "No matches on “zzz”" in nothing
    assert client.post(path, data={"model": "", "q": "zzz"}).status_code == 422
    said = client.post(path, data={"model": chosen(product), "q": "zzz"})
    assert said.location == f"{path_of(link)}/order"


def test_it_waits_for_the_administrator_though_a_rule_approves_others(
    client: FlaskClient, session: Session, kari: User, sign_in: SignInAs, *,
    waiting: Replacement,
) -> None:  # fmt: skip
    assert (waiting.stage, waiting.held) == (Stage.REQUESTED, ["employee", "device"])
    assert (waiting.product_id, waiting.site_id, orders(session)[0].waits) == (None, None, True)
    track = client.get(tracking_path(SETTINGS.secret_key, waiting)).text
    assert FINDS in track
    assert "find the device and approve it" in last_mail(session)
    assert "you say which one it is" in last_mail(session, kari.email)
    page = sign_in(kari).get(f"/replacements/{waiting.reference}").text
    assert f'href="{saying(waiting)}"' in page
    assert "Not said yet" in page
    assert "/approval" not in page


def test_nothing_is_approved_before_it_is_said_which_one(
    session: Session, kari: User, sign_in: SignInAs, waiting: Replacement
) -> None:
    agent = sign_in(make_user(session, role=Role.AGENT))
    for browser, path in (
        (agent, f"/desk/logistics/{waiting.reference}/approval"),
        (sign_in(kari), f"/replacements/{waiting.reference}/approval"),
    ):
        answer = browser.post(path)
        assert answer.status_code == 422
        assert "Say first which device it is." in answer.text
    assert replacements(session)[0].stage is Stage.REQUESTED


def test_a_picked_device_is_replaced_like_any_other(
    session: Session, session_of: Callable[[int], Any], kari: User, sign_in: SignInAs, *,
    waiting: Replacement, product: Product, run_jobs: Run,
) -> None:  # fmt: skip
    with session_of(product.account_id) as own:
        index_products(own, [own.merge(product)])
        own.commit()
    browser = sign_in(kari)
    page = browser.get(saying(waiting), query_string={"q": (product.serial_number or "")[:6]}).text
    assert f'value="{product.reference}"' in page
    for _twice in range(2):
        answer = browser.post(saying(waiting), data={"device": product.reference})
        assert answer.location == f"/replacements/{waiting.reference}", answer.text
    run_jobs()
    it = replacements(session)[0]
    assert (it.stage, it.held, it.approved_by_id) == (Stage.APPROVED, [], kari.id)
    assert (it.product_id, it.site_id) == (product.id, product.site_id)
    assert "Arrives Friday 20 November" in last_mail(session)
    said = session.scalars(select(Event.what).where(Event.what == What.DEVICE_SAID)).all()
    assert len(said) == 1
    assert str(product.serial_number) in browser.get(f"/replacements/{it.reference}").text
    assert browser.get(saying(it)).status_code == 303


def test_one_of_those_that_are_counted(
    session: Session, account: Account, kari: User, sign_in: SignInAs, *,
    waiting: Replacement, product: Product, site: Site,
) -> None:  # fmt: skip
    line = ProductCount(account_id=account.id, model=product.model, number=1, site_id=site.id)
    line.registered_at = product.registered_at
    session.add(line)
    session.commit()
    browser = sign_in(kari)
    assert line.reference in browser.get(saying(waiting)).text
    assert browser.post(saying(waiting), data={"device": line.reference}).status_code == 303
    it = replacements(session)[0]
    assert (it.stage, it.product_id, it.site_id) == (Stage.APPROVED, None, site.id)
    # The line is used up by that: the next one is refused.
    other = make_replacement(session, account, model=product.model, held=["employee", "device"])
    other.site_id = None
    _ordered(session, other)
    refused = browser.post(saying(other), data={"device": line.reference})
    assert refused.status_code == 422
    assert "All of these devices are being replaced already." in refused.text


def test_as_long_as_nobody_said_it_is_none_of_those_that_are_counted(
    session: Session, account: Account, kari: User, sign_in: SignInAs, *,
    waiting: Replacement, product: Product,
) -> None:  # fmt: skip
    line = ProductCount(account_id=account.id, model=product.model, number=1)
    line.registered_at = product.registered_at
    session.add(line)
    session.commit()
    page = sign_in(kari).get("/replacements/new", query_string={"count": line.reference})
    assert "being replaced already" not in page.text


def test_what_is_registered_nowhere_is_counted_from_now_on(
    session: Session, kari: User, sign_in: SignInAs, *, waiting: Replacement, site: Site
) -> None:
    browser = sign_in(kari)
    for _twice in range(2):
        answer = browser.post(saying(waiting), data={"device": "counted"})
        assert answer.status_code == 303, answer.text
    line = session.scalars(select(ProductCount)).one()
    assert (line.model_id, line.site_id, line.number) == (waiting.model_id, site.id, 1)
    it = replacements(session)[0]
    assert (it.stage, it.product_id, it.site_id) == (Stage.APPROVED, None, site.id)


def _not_covered(session: Session, product: Product) -> None:
    agreement = session.scalars(select(Agreement)).one()
    agreement.starts_on, agreement.ends_on = (
        agreement.starts_on.replace(year=2020),
        agreement.ends_on.replace(year=2025),
    )


def _being_replaced(session: Session, product: Product) -> None:
    make_replacement(session, session.get_one(Account, product.account_id), product=product)


def _out_of_use(session: Session, product: Product) -> None:
    product.status = ProductStatus.RETIRED


@pytest.mark.parametrize(
    ("why", "says"),
    [
        (_not_covered, "The device is not covered."),
        (_being_replaced, "The device is being replaced already."),
        (_out_of_use, "The device is not in use any more."),
    ],
)
def test_the_rules_hold_when_it_is_picked(
    session: Session, kari: User, sign_in: SignInAs, *,
    waiting: Replacement, product: Product, why: object, says: str,
) -> None:  # fmt: skip
    why(session, product)  # type: ignore[operator]
    session.commit()
    answer = sign_in(kari).post(saying(waiting), data={"device": product.reference, "q": "bod"})
    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="bod"' in answer.text
    it = next(each for each in replacements(session) if each.id == waiting.id)
    assert (it.stage, it.held, it.product_id) == (Stage.REQUESTED, ["employee", "device"], None)
    assert session.scalars(select(Event).where(Event.what == What.DEVICE_SAID)).all() == []


def test_only_a_device_of_the_account_and_the_model_is_picked(
    session: Session, account: Account, kari: User, sign_in: SignInAs, waiting: Replacement,
) -> None:  # fmt: skip
    other = make_product(session, account=account, model=headset(session, "Blackwire"))
    theirs = make_product(session, account=make_account(session, "Fjord HF"), model=waiting.model)
    browser = sign_in(kari)
    for picked in (other.reference, theirs.reference, "P-1", "PC-1", "", "x" * 500):
        answer = browser.post(saying(waiting), data={"device": picked})
        assert answer.status_code == 422, picked
        assert "Choose which device it is." in answer.text
        assert str(theirs.serial_number) not in answer.text
    assert replacements(session)[0].held == ["employee", "device"]


def test_of_two_administrators_at_once_one_is_told(
    app: Flask, session: Session, account: Account, kari: User, sign_in: SignInAs, *,
    waiting: Replacement, product: Product,
) -> None:  # fmt: skip
    another_one = make_product(session, account=account, model=product.model)
    both = [sign_in(kari), sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR))]
    answers, barrier = {}, Barrier(2)

    def say(browser: FlaskClient, device: str) -> None:
        barrier.wait()
        answers[device] = browser.post(saying(waiting), data={"device": device})

    devices = (product.reference, another_one.reference)
    threads = [Thread(target=say, args=pair) for pair in zip(both, devices, strict=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    statuses = {device: each.status_code for device, each in answers.items()}
    assert sorted(statuses.values()) == [303, 422]
    first, second = sorted(statuses, key=lambda device: statuses[device])
    assert "Meanwhile somebody else said which device it is." in answers[second].text
    it = replacements(session)[0]
    assert it.stage is Stage.APPROVED
    assert it.product_id == {each.reference: each.id for each in (product, another_one)}[first]


def test_it_is_declined_with_a_reason_like_others(
    session: Session, kari: User, sign_in: SignInAs, *, waiting: Replacement, product: Product,
    run_jobs: Run,
) -> None:  # fmt: skip
    browser = sign_in(kari)
    declined = f"/replacements/{waiting.reference}/refusal"
    assert browser.post(declined, data={"because": "Hent en ny hos oss"}).status_code == 303
    run_jobs()
    assert "Hent en ny hos oss" in last_mail(session)
    answer = browser.post(saying(waiting), data={"device": product.reference})
    assert answer.status_code == 422
    assert replacements(session)[0].stage is Stage.DECLINED


def test_what_we_must_look_at_then_waits_for_us(
    session: Session, kari: User, sign_in: SignInAs, *, waiting: Replacement, product: Product
) -> None:
    make_stock(session, 0, model=product.model)
    sign_in(kari).post(saying(waiting), data={"device": product.reference})
    it = replacements(session)[0]
    assert (it.stage, it.held, it.product_id) == (Stage.REQUESTED, ["stock"], product.id)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.OBSERVER])
def test_nobody_below_the_administrator_says_it(
    session: Session, account: Account, sign_in: SignInAs, waiting: Replacement, *,
    product: Product, role: Role,
) -> None:  # fmt: skip
    browser = sign_in(make_user(session, account=account, role=role))
    assert browser.get(saying(waiting)).status_code == 403
    assert browser.post(saying(waiting), data={"device": product.reference}).status_code == 403


def test_a_partner_sees_devices_of_this_customer_alone(
    session: Session, account: Account, sign_in: SignInAs, waiting: Replacement, *,
    product: Product,
) -> None:  # fmt: skip
    partner, fjord = make_partner(session), make_account(session, "Fjord HF")
    held = {Permission.ACCOUNT_VIEW, Permission.REPLACEMENTS_VIEW, Permission.EMPLOYEES_APPROVE}
    held |= {Permission.PRODUCTS_VIEW}
    for each in (account, fjord):
        make_grant(session, partner, each, permissions=frozenset(held))
    theirs = make_product(session, account=fjord, model=product.model)
    browser = sign_in(make_user(session, partner=partner), acting_for=account)
    page = browser.get(saying(waiting)).text
    assert str(product.serial_number) in page
    assert str(theirs.serial_number) not in page
    assert 'value="counted"' not in page
    assert browser.post(saying(waiting), data={"device": "counted"}).status_code == 403
    assert browser.post(saying(waiting), data={"device": theirs.reference}).status_code == 422
    assert browser.post(saying(waiting), data={"device": product.reference}).status_code == 303


def test_the_pages_ask_the_database_little(
    app: Flask, session: Session, kari: User, sign_in: SignInAs, *,
    waiting: Replacement, link: EmployeeLink, client: FlaskClient, run_jobs: Run,
    statements: list[str],
) -> None:  # fmt: skip
    browser, siv = sign_in(kari), another(app)
    proven(siv, session, link, run_jobs)
    browser.get(saying(waiting))
    siv.get(f"{path_of(link)}/device")
    for asking, path in ((browser, saying(waiting)), (siv, f"{path_of(link)}/device")):
        for text in ("", "voyager"):
            statements.clear()
            assert asking.get(path, query_string={"q": text}).status_code == 200
            asked = [each for each in statements if each != "BEGIN"]
            assert len(asked) <= 8, (path, text, asked)


def _ordered(session: Session, it: Replacement) -> None:
    order = orders(session)[0]
    values = {"name": order.name, "email": order.email, "language": "en", "waits": True}
    session.add(type(order)(account_id=it.account_id, replacement_id=it.id, **values))
    session.commit()


def test_a_line_of_which_all_are_being_replaced_cannot_be_chosen(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, kari: User, account: Account, site: Site,
    product: Product, waiting: Replacement,
) -> None:  # fmt: skip
    lines = []
    for where, number in ((site, 2), (None, 2)):
        line = ProductCount(account_id=account.id, model=product.model, number=number)
        line.registered_at, line.site_id = MOMENT, where.id if where else None
        session.add(line)
        session.commit()
        lines.append(line)
    full, half = lines
    for where in (site, site, None):
        one = make_replacement(session, account, site=where)
        one.product_id, one.model = None, product.model
    session.commit()

    page = sign_in(kari).get(saying(waiting)).text

    for line, gone in ((full, True), (half, False)):
        choices = page.split("<input")[1:]
        (choice,) = [it for it in choices if f'value="{line.reference}"' in it]
        assert (" disabled" in choice) is gone
        assert ("All of these devices are being replaced already." in choice) is gone
