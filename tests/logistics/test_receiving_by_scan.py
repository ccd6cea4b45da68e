"""What comes back is received by two scans, and described and put right afterwards."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.history import Event, What
from portal.base.mails import Mail
from portal.carriers.models import Parcel, ParcelWatch
from portal.carriers.rules import Direction
from portal.replacements.models import Replacement
from portal.replacements.rules import ReturnStage
from tests.factories import make_account, make_replacement
from tests.returns.conftest import BACK, account, customer, desk, fresh, lars, ola, rma, told
from tests.returns.test_labels import words
from tests.returns.test_receiving import Run, scanned, serial_of

__all__ = ["account", "customer", "desk", "lars", "ola", "rma"]
GIVEN = "LX123456789NO"


def labelled(session: Session, it: Replacement) -> None:
    """The parcel that comes back has a number of its carrier's."""
    ids = {"account_id": it.account_id, "replacement_id": it.id, "direction": Direction.BACK}
    parcel = {"carrier": "Posten", "number": GIVEN, "since": clock.now()}
    session.add_all([Parcel(**ids, **parcel), ParcelWatch(**ids, **parcel)])
    session.commit()


def test_either_code_of_the_label_and_the_serial_number_receive_it(
    session: Session, desk: FlaskClient, rma: Replacement
) -> None:
    labelled(session, rma)
    told = {"rma": f" {GIVEN.lower()}", "serial_number": serial_of(rma)}
    assert desk.post("/desk/logistics/returns", data=told).status_code == 303
    assert fresh(session, rma).returned is ReturnStage.RECEIVED
    page = desk.get("/desk/logistics?view=returns").text
    assert f"/desk/logistics/{rma.reference}#receipt" in page
    assert "#receipt" not in desk.get("/desk/logistics?view=returns").text


def test_of_a_number_that_is_given_again_the_one_that_is_awaited_is_meant(
    session: Session, desk: FlaskClient, rma: Replacement
) -> None:
    labelled(session, rma)
    before: Any = BACK | {"returned": ReturnStage.RECEIVED, "new_serial_number": "8G22419999ZZCX"}
    labelled(session, make_replacement(session, make_account(session), **before))
    told = {"rma": GIVEN, "serial_number": serial_of(rma)}
    assert desk.post("/desk/logistics/returns", data=told).status_code == 303
    assert fresh(session, rma).returned is ReturnStage.RECEIVED


@pytest.mark.parametrize("field", ["serial_number", "condition", "missing"])
@pytest.mark.parametrize("scan", ["rma", "tracking"])
def test_the_next_parcels_scan_is_no_text_about_this_one(  # noqa: PLR0917
    field: str, scan: str, session: Session, desk: FlaskClient, account: Account, rma: Replacement
) -> None:
    other = make_replacement(session, account, **BACK | {"new_serial_number": "8G22419999ZZCX"})
    labelled(session, other)
    text = other.reference.lower() if scan == "rma" else GIVEN
    data = {"rma": rma.reference, "serial_number": serial_of(rma), field: text}
    for more in ({}, {"another": "y"}):
        refused = desk.post("/desk/logistics/returns", data=data | more)
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text
    it = fresh(session, rma)
    assert (it.returned, it.wrong_serial_number) == (ReturnStage.LABEL_READY, None)


def test_what_was_written_of_it_is_changed_and_taken_away_on_record(
    session: Session, desk: FlaskClient, rma: Replacement, run_jobs: Run, ola: User
) -> None:
    path = f"/desk/logistics/{rma.reference}"
    assert desk.post(f"{path}/receipt", data={"condition": "Ripe"}).status_code == 422
    scanned(desk, rma, serial_of(rma), condition="Sprukket glass", missing="Lader")
    assert 'value="Sprukket glass"' in desk.get(path).text
    for _ in range(2):
        answer = desk.post(f"{path}/receipt", data={"condition": "Ripe", "missing": ""})
        assert answer.status_code == 303
    it = fresh(session, rma)
    assert (it.condition, it.missing) == ("Ripe", None)
    query = select(Event).where(Event.what == What.RECEIPT_CORRECTED)
    (event,) = session.scalars(query)
    assert event.details == {"condition": ["Sprukket glass", "Ripe"], "missing": ["Lader", ""]}
    assert len(told(session, run_jobs)) == 2
    assert "Ripe" in session.scalars(select(Mail.text).order_by(Mail.id.desc())).first()


def test_how_another_device_came_is_told_as_well(
    session: Session, desk: FlaskClient, customer: FlaskClient, rma: Replacement, run_jobs: Run
) -> None:
    more = {"condition": "Sprukket glass", "missing": "Lader", "another": "y"}
    assert scanned(desk, rma, "8G22410000XXCV", **more).status_code == 303
    page = words(customer.get(f"/replacements/{rma.reference}").text)
    told(session, run_jobs)
    mail = session.scalars(select(Mail)).one()
    for text in ("Sprukket glass", "Lader"):
        assert text in page
        assert text in mail.text
    assert scanned(desk, rma, serial_of(rma)).status_code == 303  # of which nothing is said
    assert (fresh(session, rma).condition, rma.missing) == ("", None)
