"""What another customer has, named in a form: it is not there, and nothing tells that it is."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.base.access import Role
from portal.catalogue.models import Category, SerialPattern
from portal.product_imports.models import ModelName
from portal.products.models import Product, ProductCount
from tests.conftest import SignInAs
from tests.factories import (
    account_of,
    make_account,
    make_model,
    make_product,
    make_site,
    make_user,
)

SECRET = "Hemmelig fjellanlegg"
NO_SUCH_SITE = f"Det finnes ingen lokasjon som heter {SECRET}."
TAKEN = "er registrert på en annen virksomhet"


@pytest.fixture
def theirs(session: Session) -> Account:
    """Another customer, with a site, a device on it, and a name of its own for a model."""
    account = make_account(session, "Fjellkommando AS")
    model = make_model(
        session, "Savi 7310", category=Category.HEADSET, serial_pattern=SerialPattern.HEADSET
    )
    site = make_site(session, account, SECRET)
    make_product(session, account=account, model=model, serial_number="ABC123", site=site)
    named = ModelName(account_id=account.id, name="Sambandssett", name_key="sambandssett")
    named.model_id = model.id
    session.add(named)
    session.commit()
    return account


@pytest.fixture
def kari(session: Session, theirs: Account) -> User:
    return make_user(session, role=Role.ADMINISTRATOR, language="nb")


@pytest.fixture
def mine(session: Session, kari: User) -> Product:
    return make_product(session, account=account_of(kari), serial_number="ABC999")


@pytest.fixture
def browser(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


def sites_of(session: Session, kari: User) -> list[str]:
    mine = Site.account_id == account_of(kari).id
    return list(session.scalars(select(Site.name).where(mine)))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/products/registration", {"serial_number": "ABC124", "model": "Savi 7310"}),
        ("/products/counts", {"number": "3", "model": "Savi 7310"}),
        ("/products/{mine}/details", {"version": "1", "room": "Fløyen"}),
    ],
)
def test_a_site_of_another_customer_is_no_site(
    path: str, form: dict[str, str], browser: FlaskClient, session: Session, mine: Product
) -> None:
    for typed in (SECRET, SECRET.upper(), f" {SECRET} "):
        sent = {**form, "site": typed, "token": "t"}
        answer = browser.post(path.format(mine=mine.reference), data=sent)

        assert answer.status_code == 422
        assert NO_SUCH_SITE.casefold() in answer.text.casefold()
        assert 'id="site-error"' in answer.text
    assert len(session.scalars(select(Product)).all()) == 2
    assert session.scalars(select(ProductCount)).all() == []
    session.refresh(mine)
    assert (mine.site_id, mine.room) == (None, "")


def test_devices_are_moved_to_no_site_of_another_customer(
    browser: FlaskClient, session: Session, mine: Product
) -> None:
    sent = {"picked": mine.reference, "to_site": SECRET}
    answer = browser.post("/products/relocation", data=sent)

    assert answer.status_code == 422
    assert NO_SUCH_SITE in answer.text
    session.refresh(mine)
    assert mine.site_id is None


def test_devices_of_another_customer_are_not_moved(
    browser: FlaskClient, session: Session, kari: User, mine: Product
) -> None:
    make_site(session, account_of(kari), "Oslo")
    foreign = session.scalars(select(Product).where(Product.id != mine.id)).one()
    before = foreign.site_id
    sent = {"picked": [foreign.reference, mine.reference], "to_site": "Oslo"}
    answer = browser.post("/products/relocation", data=sent, follow_redirects=True)

    assert "1 enhet er flyttet." in answer.text
    session.refresh(foreign)
    assert foreign.site_id == before


def test_a_list_that_names_a_site_of_another_customer_gets_one_of_its_own(
    browser: FlaskClient, session: Session, kari: User, run_jobs: Callable[..., int]
) -> None:
    rows = f"Serienummer;Modell;Lokasjon\nABC124;Savi 7310;{SECRET}\nABC125;Sambandssett;\n"
    path = browser.post("/products/import", data={"token": "t", "pasted": rows}).location
    run_jobs()
    shown = browser.get(path).text

    assert f"1 lokasjon er ikke registrert ennå: {SECRET}" in shown
    assert "Rad 3, Modell: Vi kjenner ikke «Sambandssett»." in shown
    assert sites_of(session, kari) == []
    browser.post(f"{path}/registration", data={"create_sites": "y"})
    run_jobs()
    assert sites_of(session, kari) == [SECRET]
    assert len(set(session.scalars(select(Site.id).where(Site.name == SECRET)))) == 2


def test_a_device_of_another_customer_is_told_of_in_neutral_words(
    browser: FlaskClient, session: Session, theirs: Account
) -> None:
    foreign = session.scalars(select(Product).where(Product.account_id == theirs.id)).one()
    form = {"serial_number": "abc 123", "model": "Savi 7310", "token": "t"}
    sent = browser.post("/products/registration", data=form)
    typed = browser.get("/products/registration/lookup?serial_number=ABC123")

    assert sent.status_code == 422
    for answer in (sent, typed):
        assert TAKEN in answer.text
        assert not any(word in answer.text for word in (SECRET, theirs.name, foreign.reference))
    assert browser.get(f"/products/{foreign.reference}").status_code == 404
    assert len(session.scalars(select(Product)).all()) == 1
