from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Role
from portal.base.history import Event, What
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import (
    account_of,
    make_account,
    make_agreement,
    make_grant,
    make_model,
    make_partner,
    make_product,
    make_replacement,
    make_request,
    make_site,
    make_user,
)
from tests.replacements.test_asking import NEW, told, words

DESK = "/desk/logistics"


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
    model = make_model(session, "Studio X30")
    return make_product(session, account=account, site=site, model=model)


@pytest.fixture
def asked(session: Session, account: Account, ola: User, product: Product) -> ServiceRequest:
    request = make_request(session, account, by=ola, status=Status.IN_PROGRESS)
    request.product_id, request.model_id = product.id, product.model_id
    session.commit()
    return request


def fresh(session: Session, request: ServiceRequest) -> ServiceRequest:
    session.expire_all()
    return session.get_one(ServiceRequest, request.id)


def send(sign_in: SignInAs, who: User, request: ServiceRequest, **more: Any) -> Any:
    product, site = request.product, request.product.site if request.product else None
    assert product
    assert site
    data = told(product, site, request=request.reference, **more)
    return sign_in(who).post(NEW, data=data)


def the_one(session: Session) -> Replacement:
    session.expire_all()
    return session.scalars(select(Replacement)).one()


def scan(sign_in: SignInAs, session: Session, it: Replacement) -> None:
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    scans = {"rma": it.reference, "serial_number": "8G22419999ZZCV", "tracking_number": "370715"}
    assert lars.post(f"{DESK}/shipments", data=scans).status_code == 303
    path = f"{DESK}/{it.reference}/delivery"
    assert lars.post(path, data={"delivered_on": "19.11.2026"}).status_code == 303


def test_a_request_leads_to_asking_with_its_device(
    sign_in: SignInAs, ola: User, asked: ServiceRequest, product: Product
) -> None:
    client = sign_in(ola)
    page = client.get(f"/service-requests/{asked.reference}").text
    path = f"{NEW}?request={asked.reference}&product={product.reference}"

    assert path.replace("&", "&amp;") in page
    step = client.get(path).text
    assert f'name="request" value="{asked.reference}"' in step
    assert f"Asked for in {asked.reference}: {asked.subject}" in words(step)
    where = client.get(f"{path}&fault=picture").text
    assert f'name="request" value="{asked.reference}"' in where


def test_a_request_without_a_device_in_particular_leads_to_its_model(
    session: Session, sign_in: SignInAs, ola: User, asked: ServiceRequest
) -> None:
    asked.product_id = None
    session.commit()
    page = sign_in(ola).get(f"/service-requests/{asked.reference}").text

    assert f"{NEW}?request={asked.reference}&amp;q=Studio+X30" in page
    chosen = sign_in(ola).get(f"{NEW}?request={asked.reference}").text
    assert f"request={asked.reference}" in chosen.partition("device-choices")[2]


def test_it_waits_for_the_parcel_and_then_a_solution_is_proposed(
    session: Session, sign_in: SignInAs, ola: User, asked: ServiceRequest
) -> None:
    assert send(sign_in, ola, asked).status_code == 303
    it = the_one(session)

    assert it.request_id == asked.id
    assert fresh(session, asked).status is Status.REPLACEMENT
    page = words(sign_in(ola).get(f"/service-requests/{asked.reference}").text)
    assert f"Replacement {it.reference} asked for" in page
    assert "Replacement on its way" in page
    assert "Arrives Friday 20 November" in page
    here = sign_in(ola).get(f"/replacements/{it.reference}").text
    assert f'href="/service-requests/{asked.reference}"' in here
    scan(sign_in, session, it)
    assert fresh(session, asked).status is Status.SOLUTION_PROPOSED
    done = session.scalars(select(Event.what).where(Event.record_id == asked.id)).all()
    assert What.REPLACEMENT_ASKED in done


def test_what_is_called_off_leaves_it_with_us_again(
    session: Session, sign_in: SignInAs, ola: User, asked: ServiceRequest
) -> None:
    send(sign_in, ola, asked)
    path = f"/replacements/{the_one(session).reference}/cancellation"
    assert sign_in(ola).post(path).status_code == 303

    assert fresh(session, asked).status is Status.IN_PROGRESS


def test_what_a_person_must_approve_moves_it_when_that_is_done(
    session: Session, sign_in: SignInAs, account: Account, ola: User, asked: ServiceRequest
) -> None:
    agreement = make_agreement(session, account, ends_on=date(2029, 12, 31))
    agreement.targets = {"replaced_by_rule": 0}
    session.commit()
    send(sign_in, ola, asked)
    assert fresh(session, asked).status is Status.IN_PROGRESS

    anna = sign_in(make_user(session, role=Role.AGENT))
    anna.post(f"{DESK}/{the_one(session).reference}/approval")
    assert fresh(session, asked).status is Status.REPLACEMENT


def test_a_closed_request_stays_closed(
    session: Session, sign_in: SignInAs, ola: User, asked: ServiceRequest
) -> None:
    send(sign_in, ola, asked)
    it = the_one(session)
    asked = fresh(session, asked)
    asked.status = Status.CLOSED
    session.commit()
    scan(sign_in, session, it)

    assert fresh(session, asked).status is Status.CLOSED


def test_staff_ask_from_the_desk_for_the_customer(
    session: Session, sign_in: SignInAs, account: Account, ola: User, asked: ServiceRequest
) -> None:
    send(sign_in, ola, asked)
    anna = sign_in(make_user(session, role=Role.AGENT))
    page = anna.get(f"/desk/service-requests/{asked.reference}").text

    assert f'href="/desk/logistics/{the_one(session).reference}"' in page
    assert f'name="back" value="{NEW}?request={asked.reference}&amp;product=' in page
    back = f"{NEW}?request={asked.reference}"
    chosen = anna.post("/active-account", data={"account": account.master_account_id, "back": back})
    assert chosen.location == back


def test_a_partner_asks_in_a_customers_request(
    session: Session, sign_in: SignInAs, account: Account, asked: ServiceRequest
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, account)
    siri = sign_in(make_user(session, partner=partner), acting_for=account)
    assert asked.product
    assert asked.product.site
    data = told(asked.product, asked.product.site, request=asked.reference)

    assert siri.post(NEW, data=data).status_code == 303
    it = the_one(session)
    assert (it.request_id, it.on_behalf) == (asked.id, True)


def test_anothers_request_does_not_exist(
    session: Session, sign_in: SignInAs, ola: User, product: Product, site: Site
) -> None:
    theirs = make_request(session, make_account(session))
    client = sign_in(ola)

    path = f"{NEW}?product={product.reference}&request={theirs.reference}"
    assert client.get(path).status_code == 404
    sent = client.post(NEW, data=told(product, site, request=theirs.reference))
    assert sent.status_code == 422
    assert session.scalars(select(Replacement)).all() == []


def test_the_page_of_a_request_takes_few_statements(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, engine: Engine, account: Account, ola: User,
    asked: ServiceRequest, product: Product,
) -> None:  # fmt: skip
    for _ in range(3):
        make_replacement(
            session, account, product=make_product(session, account=account),
            request_id=asked.id, stage=Stage.DELIVERED,
        )  # fmt: skip
    client, path = sign_in(ola), f"/service-requests/{asked.reference}"
    client.get(path)
    with counted(engine) as found:
        client.get(path)
    assert len(found) <= 8
