"""«The new one does not work either»: one click, the same chain, before all others."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.history import What
from portal.catalogue.catalogue import catalogue_of
from portal.dead_on_arrival.models import ReplacementLink
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from portal.spare_parts.models import SparePart
from portal.stock.actions import receive
from tests.conftest import SignInAs
from tests.factories import make_account, make_model, make_replacement, make_stock, make_user
from tests.returns.conftest import BACK, done, fresh, sent, told
from tests.returns.test_labels import words

Run = Callable[..., int]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-12-02 09:00Z", tick=False):
        yield


def make_part(session: Session) -> SparePart:
    made = SparePart(number="85S19-AA", model_ids=[], name_nb="Øreputer", name_en="Ear cushions")
    session.add(made)
    session.commit()
    return made


def path(it: Replacement) -> str:
    return f"/replacements/{it.reference}/dead-on-arrival"


def test_one_click_sends_another_in_the_same_chain_with_a_return_of_its_own(
    session: Session, both: Any, account: Account, rma: Replacement, run_jobs: Run
) -> None:
    customer, desk = both
    device = sent(session, account, rma)
    page = customer.get(f"/replacements/{rma.reference}").text
    assert "The new one does not work either" in page

    for _ in range(2):  # a double click is led to the same one
        answer = customer.post(path(rma))
        assert answer.status_code == 303
    first, made = session.scalars(select(Replacement).order_by(Replacement.id)).all()
    assert answer.headers["Location"] == f"/replacements/{made.reference}"
    assert (made.stage, made.turn, made.product_id) == (Stage.APPROVED, 0, device.id)
    assert (made.recipient, made.street, made.returned) == (
        first.recipient,
        first.street,
        ReturnStage.NOT_DUE,
    )
    assert (first.returned, first.liability) == (ReturnStage.LABEL_READY, Liability.AT_RISK)
    assert made.promised_on is not None
    assert done(session, first) == [What.DEAD_ON_ARRIVAL]
    for client, folder in ((customer, "/replacements"), (desk, "/desk/logistics")):
        assert made.reference in client.get(f"{folder}/{first.reference}").text
        assert first.reference in client.get(f"{folder}/{made.reference}").text
    assert "The new one does not work either" not in words(
        customer.get(f"/replacements/{first.reference}").text
    )
    assert len(session.scalars(select(ReplacementLink)).all()) == 1
    assert "Dead on arrival: send another one first" in [it[1] for it in told(session, run_jobs)]


def test_who_may_only_look_is_shown_no_empty_card(
    session: Session, sign_in: SignInAs, account: Account, rma: Replacement
) -> None:
    sent(session, account, rma)
    observer = sign_in(make_user(session, account=account, role=Role.OBSERVER))
    page = observer.get(f"/replacements/{rma.reference}")
    assert page.status_code == 200
    assert 'id="chain"' not in page.text


def test_it_goes_to_the_front_of_what_is_sent(
    session: Session, both: Any, account: Account, rma: Replacement
) -> None:
    customer, desk = both
    sent(session, account, rma)
    late = make_replacement(
        session, account, stage=Stage.APPROVED, hand_over_on=clock.today().replace(day=1)
    )
    customer.post(path(rma))
    made = session.scalars(select(Replacement).where(Replacement.turn == 0)).one()
    text = desk.get("/desk/logistics").text
    assert text.index(made.reference) < text.index(late.reference)
    assert "DOA" in words(text)


def test_where_there_is_none_left_it_is_the_first_that_gets_one(
    session: Session, both: Any, account: Account, rma: Replacement, run_jobs: Run
) -> None:
    customer, _desk = both
    device = sent(session, account, rma)
    line = make_stock(session, 0, model=device.model)
    before = make_replacement(session, account, model=device.model, waits_for_stock=True)
    before.held = ["stock"]
    session.commit()

    page = words(customer.post(path(rma), follow_redirects=True).text)
    assert "It is the first that we send when there are more." in page
    assert "on its way" not in page
    made = session.scalars(select(Replacement).where(Replacement.turn == 0)).one()
    assert (made.stage, made.waits_for_stock) == (Stage.REQUESTED, True)

    receive(session, catalogue_of(session)[device.model_id], 1, by=Person(1))
    session.commit()
    told(session, run_jobs)
    assert (made.stage, made.stock_id) == (Stage.APPROVED, line.id)
    assert before.stage is Stage.REQUESTED


def test_of_what_was_sent_instead_another_of_that_model_is_sent(
    session: Session, both: Any, account: Account, rma: Replacement
) -> None:
    customer, _desk = both
    device = sent(session, account, rma)
    rma.sent_model = device.model = make_model(session, "Voyager 4330")
    session.commit()

    customer.post(path(rma))

    made = session.scalars(select(Replacement).where(Replacement.turn == 0)).one()
    assert (made.product_id, made.model_id) == (device.id, device.model_id)


def test_spare_parts_are_no_device(
    session: Session, both: Any, account: Account, rma: Replacement
) -> None:
    customer, _desk = both
    sent(session, account, rma)
    rma.part, rma.part_count = make_part(session), 3
    session.commit()

    assert (
        "The new one does not work either"
        not in customer.get(f"/replacements/{rma.reference}").text
    )
    assert customer.post(path(rma)).status_code == 404
    assert len(session.scalars(select(Replacement)).all()) == 1


@pytest.mark.parametrize(("day", "status"), [(23, 303), (24, 422)])
def test_it_can_be_said_for_thirty_days_from_delivery(
    day: int, status: int, sign_in: SignInAs, ola: User, rma: Replacement
) -> None:
    with time_machine.travel(datetime(2026, 12, day, 22, tzinfo=UTC), tick=False):
        answer = sign_in(ola).post(path(rma))
    assert answer.status_code == status


def test_how_long_is_what_was_agreed(
    session: Session, customer: FlaskClient, account: Account, ola: User
) -> None:
    it = make_replacement(session, account, by=ola, **BACK)
    it.dead_on_arrival = 5
    session.commit()
    assert (
        "The new one does not work either" not in customer.get(f"/replacements/{it.reference}").text
    )
    refused = customer.post(path(it))
    assert refused.status_code == 422
    assert "That can be said for 5 days after delivery." in words(refused.text)


@pytest.mark.parametrize("stage", [Stage.APPROVED, Stage.SHIPPED, Stage.CANCELED])
def test_what_has_not_arrived_is_not_dead(
    stage: Stage, session: Session, customer: FlaskClient, account: Account, ola: User
) -> None:
    it = make_replacement(session, account, by=ola, **BACK | {"stage": stage, "delivered_on": None})
    assert customer.post(path(it)).status_code == 422
    assert len(session.scalars(select(Replacement)).all()) == 1


def test_a_device_that_is_being_replaced_already_is_not_replaced_again(
    session: Session, customer: FlaskClient, account: Account, rma: Replacement
) -> None:
    make_replacement(session, account, product=sent(session, account, rma))
    refused = customer.post(path(rma))
    assert refused.status_code == 422
    assert "being replaced already" in words(refused.text)


def test_the_chain_goes_on(
    session: Session, customer: FlaskClient, account: Account, rma: Replacement
) -> None:
    sent(session, account, rma)
    customer.post(path(rma))
    second = session.scalars(select(Replacement).where(Replacement.turn == 0)).one()
    for name, value in (BACK | {"new_serial_number": "8G22410000SECV"}).items():
        setattr(second, name, value)
    session.commit()
    sent(session, account, second)
    assert customer.post(path(second)).status_code == 303
    assert len(session.scalars(select(ReplacementLink)).all()) == 2
    page = customer.get(f"/replacements/{second.reference}").text
    assert rma.reference in page
    assert fresh(session, second).stage is Stage.DELIVERED


def test_anothers_does_not_exist(session: Session, customer: FlaskClient) -> None:
    foreign = make_replacement(session, make_account(session), **BACK)
    assert customer.post(path(foreign)).status_code == 404


@pytest.mark.parametrize("stage", [Stage.DECLINED, Stage.CANCELED])
def test_where_the_second_is_not_sent_after_all_it_can_be_said_anew(
    stage: Stage, session: Session, customer: FlaskClient, account: Account, rma: Replacement
) -> None:
    sent(session, account, rma)
    customer.post(path(rma))
    second = session.scalars(select(Replacement).where(Replacement.turn == 0)).one()
    second.stage, second.closed_at = stage, clock.now()
    session.commit()

    page = customer.get(f"/replacements/{rma.reference}").text
    assert "Another one was asked for, but is not sent:" in words(page)
    assert "Another one is sent:" not in words(page)
    assert second.reference in page
    assert "The new one does not work either" in words(page)
    answers = [customer.post(path(rma)) for _ in range(2)]

    third = session.scalars(select(Replacement).order_by(Replacement.id.desc())).first()
    assert third
    assert (third.stage, third.turn, third.id > second.id) == (Stage.APPROVED, 0, True)
    assert [it.location for it in answers] == [f"/replacements/{third.reference}"] * 2
    page = customer.get(f"/replacements/{rma.reference}").text
    assert "Another one is sent:" in words(page)
    assert third.reference in page
    assert "The new one does not work either" not in words(page)
    assert rma.reference in customer.get(f"/replacements/{third.reference}").text
    assert customer.get(f"/replacements/{second.reference}").status_code == 200
