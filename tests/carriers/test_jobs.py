"""What follows from three scans: both parcels, and an order for the one that comes back."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.jobs import Job, later
from portal.base.worker import Worker
from portal.carriers.bring import bring_of
from portal.carriers.models import Parcel, ParcelWatch
from portal.carriers.rules import Direction
from portal.config import Settings
from portal.replacements.models import Replacement
from portal.replacements.rules import ReturnStage, Stage
from portal.web.pdf import make_pdf
from tests.carriers.conftest import NUMBER, Desk, answer, event, events
from tests.carriers.test_bring import booking
from tests.factories import make_agreement, make_replacement

BACK = "370722159999999"
SCANS = {"serial_number": "8G22419999ZZCV", "tracking_number": NUMBER}


@pytest.fixture
def approved(session: Session, account: Account, ola: User) -> Replacement:
    make_agreement(session, account)
    day = date(2026, 11, 23)
    return make_replacement(session, account, by=ola, stage=Stage.APPROVED, promised_on=day)


def scan(lars: FlaskClient, it: Replacement, **told: Any) -> None:
    data = {"rma": it.reference, **SCANS, **told}
    assert lars.post("/desk/logistics/shipments", data=data).status_code == 303


def parcels(session: Session) -> dict[Direction, Parcel]:
    session.expire_all()
    return {it.direction: it for it in session.query(Parcel)}


def test_both_parcels_are_followed_from_the_third_scan_on(
    session: Session, lars: FlaskClient, worker: Worker, posten: Desk, approved: Replacement
) -> None:
    posten.books = booking(number=BACK)
    posten.says = {NUMBER: answer(event("HANDED_IN", 25)), BACK: answer(number=BACK)}
    scan(lars, approved)
    later(session, "carriers.look")
    session.commit()
    worker.run_due()
    later(session, "carriers.look")
    session.commit()
    worker.run_due()

    found = parcels(session)
    assert {way: it.number for way, it in found.items()} == {
        Direction.OUT: NUMBER,
        Direction.BACK: BACK,
    }
    assert sorted(posten.asked) == sorted([NUMBER, BACK])
    assert approved.stage is Stage.IN_TRANSIT
    assert len(posten.booked) == 1


def test_scanned_or_run_twice_it_is_ordered_once(
    session: Session, lars: FlaskClient, worker: Worker, posten: Desk, approved: Replacement
) -> None:
    posten.books = booking(number=BACK)
    for _ in range(2):
        scan(lars, approved)
    worker.run_due()
    later(session, "carriers.follow", account_id=approved.account_id, replacement_id=approved.id)
    session.commit()
    worker.run_due()
    assert len(posten.booked) == 1
    assert session.query(ParcelWatch).count() == 2


def test_corrected_to_another_carrier_it_is_not_asked_for_any_more(
    session: Session, lars: FlaskClient, worker: Worker, approved: Replacement
) -> None:
    scan(lars, approved)
    worker.run_due()
    assert session.query(ParcelWatch).count() == 1
    session.expire_all()
    approved.carrier = "Budbil"
    later(session, "carriers.follow", account_id=approved.account_id, replacement_id=approved.id)
    session.commit()
    worker.run_due()
    session.expire_all()
    assert session.query(ParcelWatch).count() == 0
    assert [it.carrier for it in session.query(Parcel)] == ["Budbil"]


def test_who_dies_after_the_order_orders_anew_and_one_number_counts(  # noqa: PLR0917
    session: Session, lars: FlaskClient, worker: Worker, posten: Desk, approved: Replacement,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    posten.books = booking(number="1")
    scan(lars, approved)
    with monkeypatch.context() as patched:

        def killed(*_told: Any, **_ways: Any) -> None:
            raise RuntimeError

        patched.setattr("portal.carriers.jobs.open_parcel", killed)
        ids: Any = {"account_id": approved.account_id, "replacement_id": approved.id}
        later(session, "carriers.book", **ids, direction="back")
        session.commit()
        worker.run_due()
    posten.books = booking(number=BACK)
    later(session, "carriers.book", **ids, direction="back")
    session.commit()
    worker.run_due()
    assert parcels(session)[Direction.BACK].number == BACK
    assert posten.booked[0] == posten.booked[1]  # both bear our reference


def test_what_the_carrier_does_not_take_is_put_before_staff(
    session: Session, lars: FlaskClient, worker: Worker, posten: Desk, approved: Replacement
) -> None:
    posten.books = booking(errors=[{"messages": [{"message": "Ukjent postnummer"}]}])
    scan(lars, approved)
    worker.run_due()
    session.expire_all()
    parked = session.query(Job).filter(Job.parked_at.is_not(None)).one()
    assert (parked.name, "Ukjent postnummer" in parked.error) == ("carriers.book", True)
    assert Direction.BACK not in parcels(session)
    assert approved.returned is ReturnStage.LABEL_READY  # our own label holds


def test_the_parcel_of_the_new_device_can_be_ordered_before_it_is_sent(  # noqa: PLR0917
    session: Session,
    worker: Worker,
    posten: Desk,
    approved: Replacement,
    lars: FlaskClient,
    app: Flask,
    settings: Settings,
) -> None:
    page = f"/desk/logistics/{approved.reference}"
    assert "Order the freight" not in lars.get(page).text  # where we are no customer
    app.extensions["bring"] = bring_of(settings)
    assert "Order the freight" in lars.get(page).text
    posten.books = booking(number=NUMBER)
    for _ in range(2):
        assert lars.post(f"{page}/order").status_code == 303
    worker.run_due()

    assert len(posten.booked) == 1
    text = lars.get(page).text
    assert NUMBER in text
    assert 'href="https://api.bring.com/labels/1"' in text
    assert "Order the freight" not in text
    posten.books = booking(number=BACK)
    scan(lars, approved)
    worker.run_due()
    later(session, "carriers.look")
    session.commit()
    worker.run_due()
    assert parcels(session)[Direction.OUT].number == NUMBER
    assert sorted(posten.asked) == sorted([NUMBER, BACK])
    scanned = lars.post(f"{page}/order")
    assert "has moved on meanwhile" in lars.get(scanned.location).text
    assert lars.post("/desk/logistics/RMA-x/order").status_code == 404


def test_of_what_is_not_asked_back_nothing_is_ordered(
    session: Session, lars: FlaskClient, worker: Worker, posten: Desk, approved: Replacement
) -> None:
    approved.retain_and_destroy = True
    session.commit()
    scan(lars, approved)
    worker.run_due()
    assert list(parcels(session)) == [Direction.OUT]
    assert posten.booked == []


def test_another_carrier_is_not_asked(
    session: Session, lars: FlaskClient, worker: Worker, posten: Desk, approved: Replacement
) -> None:
    posten.books = booking(number=BACK)
    data = {"name": "Rask Bud", "link": "https://bud.example.com/{number}", "token": "t"}
    assert lars.post("/desk/logistics/carriers", data=data).status_code == 303
    scan(lars, approved, carrier="Rask Bud")
    worker.run_due()
    later(session, "carriers.look")
    session.commit()
    worker.run_due()
    assert parcels(session)[Direction.OUT].carrier == "Rask Bud"
    assert NUMBER not in posten.asked
    assert events(session) == []


def test_a_carrier_that_nobody_keeps_cannot_be_chosen(
    lars: FlaskClient, approved: Replacement
) -> None:
    data = {"rma": approved.reference, **SCANS, "carrier": "Han med bilen"}
    assert lars.post("/desk/logistics/shipments", data=data).status_code == 422


def test_the_label_has_the_number_that_the_carrier_gave(  # noqa: PLR0917
    session: Session,
    lars: FlaskClient,
    customer: FlaskClient,
    worker: Worker,
    posten: Desk,
    approved: Replacement,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []

    def noted(name: str, data: Any, **ways: Any) -> bytes:
        seen.append(data)
        return make_pdf(name, data, **ways)

    monkeypatch.setattr("portal.returns.labels.make_pdf", noted)
    scan(lars, approved)
    path = f"/replacements/{approved.reference}/label.pdf"
    assert customer.get(path).status_code == 200
    posten.books = booking(number=BACK)
    worker.run_due()
    assert customer.get(path).status_code == 200

    before, after = (each["labels"][0] for each in seen)
    assert (before["given"], after["given"]) == ("", BACK)
    assert before["bars"] != after["bars"]
    assert before["number"] == after["number"] == approved.reference
