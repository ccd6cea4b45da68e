from datetime import date

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.base.access import Role
from portal.catalogue.models import ProductModel
from portal.stock.models import Stock
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_model, make_stock, make_user
from tests.replacements.test_asking import words

STOCK = "/desk/logistics/stock"


@pytest.fixture
def headset(session: Session) -> ProductModel:
    return make_model(session, "Voyager 4320")


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


def the_line(session: Session) -> Stock:
    session.expire_all()
    return session.scalars(select(Stock)).one()


def test_a_delivery_is_received_once_however_often_it_is_sent(
    session: Session, lars: FlaskClient, headset: ProductModel
) -> None:
    told = {"model": "voyager-4320", "number": "20", "token": "t"}
    for _ in range(2):
        assert lars.post(f"{STOCK}/deliveries", data=told).status_code == 303

    assert the_line(session).on_hand == 20
    assert "Voyager 4320" in words(lars.get(STOCK).text)


@pytest.mark.parametrize(
    ("field", "value"),
    [("model", "Finnes ikke"), ("model", ""), ("number", "0"), ("number", ""), ("number", "x")],
)
def test_what_is_wrong_is_said_at_its_field(
    field: str, value: str, session: Session, lars: FlaskClient, headset: ProductModel
) -> None:
    told = {"model": "Voyager 4320", "number": "20", "token": "t"} | {field: value}
    refused = lars.post(f"{STOCK}/deliveries", data=told)

    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert session.scalars(select(Stock)).all() == []


@time_machine.travel("2026-11-19 11:00Z", tick=False)
def test_the_shelf_is_counted_and_more_are_expected(
    session: Session, sign_in: SignInAs, headset: ProductModel
) -> None:
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    line = make_stock(session, 5, model=headset, reserved=2)
    path = f"{STOCK}/{line.id}"

    assert lars.post(f"{path}/count", data={"number": "1", "version": "1"}).status_code == 303
    late = lars.post(f"{path}/count", data={"number": "9", "version": "1"})
    assert late.status_code == 422
    assert "1 missing" in words(lars.get(STOCK).text)
    told = {"ordered": "40", "expected_on": "3.12.2026", "version": "2"}
    assert lars.post(f"{path}/expectation", data=told).status_code == 303
    assert the_line(session).expected_on == date(2026, 12, 3)
    for wrong in ({"ordered": "40"}, {"ordered": "40", "expected_on": "1.11.2026"}, {}):
        assert lars.post(f"{path}/expectation", data=wrong).status_code == 422


def test_others_of_staff_look_and_keep_nothing(
    session: Session, sign_in: SignInAs, headset: ProductModel
) -> None:
    line = make_stock(session, 5, model=headset)
    csm = sign_in(make_user(session, role=Role.CSM))

    assert "Register what came in" not in words(csm.get(STOCK).text)
    assert csm.get(f"{STOCK}/{line.id}").status_code == 200
    assert csm.get(f"{STOCK}/99").status_code == 404
    assert csm.post(f"{STOCK}/deliveries").status_code == 403


def test_the_list_takes_few_statements(session: Session, lars: FlaskClient, engine: Engine) -> None:
    for _ in range(8):
        make_stock(session, 3)
    lars.get(STOCK)
    with counted(engine) as found:
        lars.get(STOCK)
    assert len(found) <= 6


def test_without_a_model_it_is_said_what_to_write(lars: FlaskClient) -> None:
    refused = lars.post(f"{STOCK}/deliveries", data={"model": " ", "number": "2", "token": "t"})
    assert "Scan the part number, or write the name of the model." in words(refused.text)


@time_machine.travel("2026-11-19 11:00Z", tick=False)
def test_of_two_who_say_at_once_what_is_ordered_the_second_sees_both(
    session: Session, sign_in: SignInAs, headset: ProductModel
) -> None:
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    line = make_stock(session, 5, model=headset)
    path, told = f"{STOCK}/{line.id}/expectation", {"version": str(line.version)}
    first = told | {"ordered": "40", "expected_on": "3.12.2026"}
    assert lars.post(path, data=first).status_code == 303
    late = lars.post(path, data=told | {"ordered": "7", "expected_on": "4.12.2026"})

    assert late.status_code == 422
    assert "Someone else changed this while you were writing." in words(late.text)
    assert "Saved meanwhile: 40" in words(late.text)
    assert the_line(session).expected == 40


@time_machine.travel("2026-11-19 11:00Z", tick=False)
def test_what_came_in_meanwhile_is_not_overwritten_by_what_was_ordered(
    session: Session, sign_in: SignInAs, headset: ProductModel
) -> None:
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    line = make_stock(session, 5, model=headset)
    asked = {"ordered": "40", "expected_on": "3.12.2026", "version": str(line.version)}
    lars.post(f"{STOCK}/deliveries", data={"model": "Voyager 4320", "number": "2", "token": "t"})

    assert lars.post(f"{STOCK}/{line.id}/expectation", data=asked).status_code == 422
    assert the_line(session).expected == 0
