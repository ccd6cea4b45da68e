from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.products.models import ProductCount
from tests.factories import account_of, make_model, make_site, make_user

SignIn = Callable[..., FlaskClient]
FORM = {"model": "Savi 7310", "site": "Bodø", "number": "40", "token": "t"}


@pytest.fixture
def kari(session: Session) -> User:
    user = make_user(session)
    make_model(session, "Savi 7310")
    make_site(session, account_of(user), "Bodø")
    return user


def numbers(session: Session) -> list[int]:
    session.expire_all()
    return list(session.scalars(select(ProductCount.number)))


def test_devices_without_serial_numbers_are_one_line_with_a_number(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    client = sign_in(kari)

    client.post("/products/counts", data=FORM)
    client.post("/products/counts", data=FORM)
    assert numbers(session) == [40]

    client.post("/products/counts", data=FORM | {"number": "2", "token": "other"})
    assert numbers(session) == [42]
    assert "42 without serial numbers" in client.get("/products").text
    assert "42 without serial numbers" in client.get("/products?q=bodo").text


@pytest.mark.parametrize("number", ["0", "-1", "100001", "", "x", "1e3", "1000000000", str(2**63)])
def test_a_number_that_is_none_is_refused(
    number: str, session: Session, sign_in: SignIn, kari: User
) -> None:
    answer = sign_in(kari).post("/products/counts", data=FORM | {"number": number})

    assert answer.status_code == 422
    told = answer.text.partition('id="number-error">')[2].partition("</div>")[0]
    assert told.count(".") == 1, told  # one sentence for one fault
    if number.isdigit():
        assert "Write a number from 1 to 100,000." in told
    assert numbers(session) == []


def test_numbers_are_read_and_written_in_groups(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    client = sign_in(kari)

    client.post("/products/counts", data=FORM | {"number": "1 000"})

    assert numbers(session) == [1000]
    assert "1,000 without serial numbers" in client.get("/products").text
    refused = client.post("/products/counts", data=FORM | {"number": "100001", "token": "other"})
    assert "Write a number from 1 to 100,000." in refused.text


def test_a_number_is_corrected_and_a_stale_correction_refused(
    session: Session, sign_in: SignIn, kari: User
) -> None:
    client = sign_in(kari)
    path = client.post("/products/counts", data=FORM).location
    version = session.scalars(select(ProductCount.version)).one()

    first = client.post(f"{path}/number", data={"version": version, "number": "39"})
    stale = client.post(f"{path}/number", data={"version": version, "number": "38"})

    assert (first.status_code, stale.status_code) == (303, 422)
    assert numbers(session) == [39]
    assert "<b>39</b>" in stale.text


def test_a_line_with_none_left_goes_away(session: Session, sign_in: SignIn, kari: User) -> None:
    client = sign_in(kari)
    path = client.post("/products/counts", data=FORM).location
    version = session.scalars(select(ProductCount.version)).one()

    answer = client.post(f"{path}/number", data={"version": version, "number": "0"})

    assert answer.location == "/products"
    assert numbers(session) == []
    assert client.get(path).status_code == 404


def test_other_accounts_lines_do_not_exist(session: Session, sign_in: SignIn, kari: User) -> None:
    path = sign_in(kari).post("/products/counts", data=FORM).location
    stranger = sign_in(make_user(session))

    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/number", data={"version": "1", "number": "1"}).status_code == 404


def test_a_line_without_a_site_names_none(session: Session, sign_in: SignIn, kari: User) -> None:
    client = sign_in(kari)
    page = client.post("/products/counts", data=FORM | {"site": ""}).location
    shown = client.get(page).text
    assert "<dt>Number of devices</dt>" in shown
    assert "<dt>Site</dt>" not in shown
