"""A customer that lets its employees order, and somebody with a faulty device."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Role
from portal.base.mails import Mail
from portal.catalogue.models import Category, ProductModel
from portal.employees.links import employee_token
from portal.employees.models import EmployeeLink, EmployeeOrder
from portal.products.models import Product, ProductCount
from portal.replacements.models import Replacement
from tests.conftest import SETTINGS
from tests.factories import (
    MOMENT,
    account_of,
    make_agreement,
    make_model,
    make_product,
    make_site,
    make_user,
)

Run = Callable[..., int]
SIV = "siv.dahl@nordlys.example.com"


@pytest.fixture(autouse=True)
def _thursday_afternoon() -> Iterator[None]:
    """An hour before the cut-off in Oslo."""
    with time_machine.travel("2026-11-19 13:00:00Z", tick=False):
        yield


@pytest.fixture
def kari(session: Session) -> User:
    user = make_user(session, role=Role.ADMINISTRATOR)
    user.email = "kari@nordlys.example.com"
    make_agreement(session, account_of(user))
    return user


@pytest.fixture
def account(kari: User) -> Account:
    return account_of(kari)


@pytest.fixture
def site(session: Session, account: Account) -> Site:
    site = make_site(session, account, "Bodø")
    site.street, site.postal_code, site.city = "Storgata 1", "8006", "Bodø"
    session.commit()
    return site


@pytest.fixture
def product(session: Session, account: Account, site: Site) -> Product:
    return make_product(session, account=account, site=site, model=headset(session, "Voyager"))


def headset(session: Session, name: str) -> ProductModel:
    return make_model(session, name, category=Category.HEADSET, kind="headset")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return another(app)


def another(app: Flask) -> FlaskClient:
    """A browser of somebody who reads English."""
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def link(session: Session, account: Account) -> EmployeeLink:
    return make_link(session, account)


def make_link(session: Session, account: Account, **told: Any) -> EmployeeLink:
    stated = {"active": True, "generation": 1, "domains": ["nordlys.example.com"]}
    stated |= {"approval": False, "most_open": 2, "phone": "+4722222222"}
    link = EmployeeLink(account_id=account.id, **stated | told)
    session.add(link)
    session.commit()
    return link


def make_count(session: Session, account: Account, site: Site | None = None) -> ProductCount:
    count = ProductCount(account_id=account.id, model=headset(session, "Sync 20"), number=3)
    count.registered_at, count.site_id = MOMENT, site.id if site else None
    session.add(count)
    session.commit()
    return count


def path_of(link: EmployeeLink) -> str:
    return f"/r/{employee_token(SETTINGS.secret_key, link.id, link.generation)}"


def last_mail(session: Session, address: str = SIV, *, that_says: str = "") -> str:
    session.expire_all()
    mine = select(Mail.text).where(Mail.address == address, Mail.text.contains(that_says))
    mine = mine.order_by(Mail.id.desc()).limit(1)
    return session.scalars(mine).first() or ""


def code_in(mail: str) -> str:
    found = re.search(r": (\d{6})\b", mail)
    assert found, mail
    return found[1]


def way_in(mail: str) -> str:
    found = re.search(r"http://localhost(/r/\S+)", mail)
    assert found, mail
    return found[1]


def begun(
    client: FlaskClient, link: EmployeeLink, run_jobs: Run, *, email: str = SIV, serial: str = ""
) -> None:
    answer = client.post(path_of(link), data={"email": email, "serial": serial})
    assert answer.status_code == 303, answer.text
    run_jobs()


def proven(
    client: FlaskClient, session: Session, link: EmployeeLink, run_jobs: Run, serial: str = "",
    *, email: str = SIV,
) -> None:  # fmt: skip
    """Somebody who has opened the link in the mail, in the browser that asked for it."""
    begun(client, link, run_jobs, email=email, serial=serial)
    answer = client.get(way_in(last_mail(session, email, that_says="/mail/")))
    assert answer.location == f"{path_of(link)}/order", answer.text


def told(site: Site, **more: Any) -> dict[str, Any]:
    return {
        **{"fault": "broken", "where": site.reference, "recipient": "Siv Dahl", "phone": ""},
        **{"country": "NO", "token": "t", "untried": "I do not know how"},
        "shown": f"{site.reference}=2026-11-20",
        **more,
    }


def replacements(session: Session) -> list[Replacement]:
    session.expire_all()
    return list(session.scalars(select(Replacement).order_by(Replacement.id)))


def orders(session: Session) -> list[EmployeeOrder]:
    session.expire_all()
    return list(session.scalars(select(EmployeeOrder).order_by(EmployeeOrder.id)))
