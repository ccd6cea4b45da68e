from collections.abc import Callable
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.history import What
from portal.base.mails import Mail
from portal.base.search import Kind, find, query_of
from portal.products.models import Product, ProductStatus
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, SettledAs, Track
from tests.factories import make_model, make_product
from tests.returns.conftest import done, fresh, sent, told, went
from tests.returns.test_labels import words

SCAN = "/desk/logistics/returns"
Run = Callable[..., int]


def scanned(desk: FlaskClient, it: Replacement, serial: str, **more: str) -> Any:
    return desk.post(SCAN, data={"rma": it.reference, "serial_number": serial} | more)


def serial_of(it: Replacement) -> str:
    assert it.product
    return it.product.identifier


def status(session: Session, serial: str) -> ProductStatus:
    session.expire_all()
    return session.scalars(select(Product.status).where(Product.serial_number == serial)).one()


def test_condition_and_missing_parts_are_on_record_and_told(
    session: Session, desk: FlaskClient, rma: Replacement, run_jobs: Run, ola: User
) -> None:
    more = {"condition": "Sprukket glass", "missing": "USB-adapter"}
    assert scanned(desk, rma, serial_of(rma), **more).status_code == 303

    it = fresh(session, rma)
    assert (it.returned, it.liability) == (ReturnStage.RECEIVED, Liability.SETTLED)
    assert (it.condition, it.missing) == ("Sprukket glass", "USB-adapter")
    assert (it.settled_as, it.closed_at is not None) == (SettledAs.RETURNED, True)
    assert (ola.email, "We have received the faulty device") in told(session, run_jobs)
    mail = session.scalars(select(Mail)).one()
    assert "Missing parts: USB-adapter" in mail.text


def test_another_device_is_noted_and_the_right_one_awaited_still(
    session: Session, desk: FlaskClient, customer: FlaskClient, rma: Replacement, run_jobs: Run
) -> None:
    refused = scanned(desk, rma, "8G22410000XXCV")
    assert refused.status_code == 422
    assert "You scanned 8G22410000XXCV, but" in words(refused.text)
    for _ in range(2):
        assert scanned(desk, rma, "8G22410000XXCV", another="y").status_code == 303

    it = fresh(session, rma)
    assert (it.returned, it.liability) == (ReturnStage.LABEL_READY, Liability.AT_RISK)
    assert done(session, it) == [What.WRONG_DEVICE]
    page = words(customer.get(f"/replacements/{it.reference}").text)
    assert "We have received 8G22410000XXCV, and still wait for the right one." in page
    assert [subject for _to, subject in told(session, run_jobs)] == ["Another device came back"]
    assert scanned(desk, it, serial_of(it)).status_code == 303
    assert fresh(session, it).returned is ReturnStage.RECEIVED


def test_the_right_one_is_not_taken_for_another(
    session: Session, desk: FlaskClient, rma: Replacement
) -> None:
    for serial in (serial_of(rma), ""):
        assert scanned(desk, rma, serial, another="y").status_code == 422
    assert fresh(session, rma).wrong_serial_number is None


def test_where_a_number_is_awaited_it_is_scanned_or_said_to_be_unreadable(
    session: Session, desk: FlaskClient, rma: Replacement
) -> None:
    refused = scanned(desk, rma, "")
    assert refused.status_code == 422
    assert "Scan the serial number, or tick that it cannot be read." in words(refused.text)
    assert fresh(session, rma).returned is ReturnStage.LABEL_READY
    assert scanned(desk, rma, "", unread="y").status_code == 303
    assert fresh(session, rma).returned is ReturnStage.RECEIVED
    # Another one did not come, as long as nobody says which.
    assert scanned(desk, rma, "", another="y").status_code == 422


def test_what_is_found_out_later_is_added_to_what_has_come_back(
    session: Session, desk: FlaskClient, rma: Replacement, run_jobs: Run
) -> None:
    scanned(desk, rma, "", unread="y")
    more = {"condition": "Sprukket glass", "missing": "USB-adapter"}
    for _ in range(2):
        assert scanned(desk, rma, serial_of(rma), **more).status_code == 303
    it = fresh(session, rma)
    assert (it.condition, it.missing) == ("Sprukket glass", "USB-adapter")
    assert it.received_serial_number == serial_of(rma)
    assert done(session, it) == [What.RECEIVED_BACK, What.RECEIPT_CORRECTED]
    assert scanned(desk, rma, serial_of(rma)).status_code == 303  # and takes nothing away
    assert fresh(session, rma).condition == "Sprukket glass"
    assert len(told(session, run_jobs)) == 2


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        ({"stage": "approved"}, "The new device is not sent yet"),
        ({"stage": "canceled"}, "It was called off or declined."),
        ({"retain_and_destroy": True}, "The customer keeps the device and destroys it."),
        ({"liability": "waived"}, "It is paid or waived"),
        ({"returned": "received", "received_serial_number": "X"}, "It has come back already."),
    ],
)
def test_what_is_not_awaited_says_why(
    standing: dict[str, Any], why: str, session: Session, desk: FlaskClient, rma: Replacement
) -> None:
    for name, value in ({"returned": "not_due", "liability": "none"} | standing).items():
        setattr(rma, name, value)
    session.commit()
    received = standing.get("returned") == "received"
    more = {"another": "y"} if received else {}
    refused = scanned(desk, rma, "8G22410000XXCV" if received else serial_of(rma), **more)
    assert refused.status_code == 422
    assert why in words(refused.text)


def test_who_kept_the_other_device_has_it_back_in_use_and_the_new_one_comes_back(
    session: Session, customer: FlaskClient, desk: FlaskClient, account: Account, rma: Replacement
) -> None:
    old, new = serial_of(rma), sent(session, account, rma).serial_number
    assert rma.product
    rma.product.status = ProductStatus.REPLACED
    session.commit()
    path = f"/replacements/{rma.reference}/correction"

    assert customer.post(path, data={"serial_number": new.lower()}).status_code == 303
    assert (status(session, old), status(session, new)) == (
        ProductStatus.ACTIVE,
        ProductStatus.REPLACED,
    )
    assert find(cast(Any, session), Kind.PRODUCT, query_of(old), limit=5)
    assert fresh(session, rma).instead_serial_number == new
    again = customer.post(path, data={"serial_number": new}, follow_redirects=True)
    assert "to come back already. Nothing was changed." in words(again.text)
    assert done(session, rma).count(What.KEPT_THE_OTHER) == 1
    assert scanned(desk, rma, old).status_code == 422
    answer = scanned(desk, rma, new)
    assert answer.status_code == 303, words(answer.text)
    it = fresh(session, rma)
    assert (it.returned, it.received_serial_number) == (ReturnStage.RECEIVED, new)


def test_it_can_be_said_after_the_other_one_came_and_then_it_is_over(
    session: Session, customer: FlaskClient, desk: FlaskClient, account: Account, rma: Replacement
) -> None:
    new = sent(session, account, rma).serial_number
    scanned(desk, rma, new, another="y")
    path = f"/replacements/{rma.reference}/correction"

    assert f'value="{new}"' in customer.get(path).text
    assert customer.post(path, data={"serial_number": new}).status_code == 303
    it = fresh(session, rma)
    assert (it.returned, it.liability) == (ReturnStage.RECEIVED, Liability.SETTLED)
    assert (it.wrong_serial_number, it.closed_at is not None) == (None, True)
    assert went(session, it, Track.RETURN) == ["received"]


def test_it_can_be_taken_back(
    session: Session, customer: FlaskClient, account: Account, rma: Replacement
) -> None:
    old, new = serial_of(rma), sent(session, account, rma).serial_number
    path = f"/replacements/{rma.reference}/correction"
    for serial in (new, old):
        assert customer.post(path, data={"serial_number": serial}).status_code == 303
    assert (status(session, old), status(session, new)) == (
        ProductStatus.REPLACED,
        ProductStatus.ACTIVE,
    )
    assert fresh(session, rma).instead_serial_number is None


@pytest.mark.parametrize("which", ["foreign", "other model", "retired", "none", "empty"])
def test_only_a_device_of_ones_own_of_the_same_model_comes_back_instead(
    which: str, session: Session, customer: FlaskClient, account: Account, rma: Replacement
) -> None:
    serial = {"none": "8G22410000XXCV", "empty": " "}.get(which, "")
    if not serial:
        whose = None if which == "foreign" else account
        model = make_model(session) if which == "other model" else rma.model
        made = make_product(session, account=whose, model=model)
        made.status = ProductStatus.RETIRED if which == "retired" else ProductStatus.ACTIVE
        session.commit()
        serial = made.identifier
    refused = customer.post(
        f"/replacements/{rma.reference}/correction", data={"serial_number": serial}
    )
    assert refused.status_code == 422
    assert 'id="serial_number-error"' in refused.text
    assert fresh(session, rma).instead_serial_number is None


def test_staff_correct_it_as_well_and_the_customer_is_told(
    session: Session, desk: FlaskClient, account: Account, rma: Replacement, run_jobs: Run
) -> None:
    new = sent(session, account, rma).serial_number
    path = f"/desk/returns/{rma.reference}/correction"
    assert desk.post(path, data={"serial_number": "tull"}).status_code == 422
    assert desk.post(path, data={"serial_number": new}).status_code == 303
    assert [subject for _to, subject in told(session, run_jobs)] == ["The return is corrected"]


def test_once_it_was_scanned_nothing_is_corrected(
    session: Session, desk: FlaskClient, customer: FlaskClient, account: Account, rma: Replacement
) -> None:
    new = sent(session, account, rma).serial_number
    scanned(desk, rma, serial_of(rma))
    path = f"/replacements/{rma.reference}/correction"
    assert customer.post(path, data={"serial_number": new}).status_code == 422
    assert status(session, new) is ProductStatus.ACTIVE
