"""Once another device is to come back than was asked for first, all that says what is to come back
says so."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.jobs import later
from portal.base.mails import Mail
from portal.replacements.models import Replacement
from portal.returns import labels
from tests.returns.conftest import fresh, sent
from tests.returns.test_labels import words
from tests.returns.test_receiving import scanned, serial_of

Run = Callable[..., int]


@pytest.fixture
def corrected(
    session: Session, customer: FlaskClient, account: Account, rma: Replacement
) -> tuple[str, str]:
    """The numbers of what was to come back, and of what is to come back now."""
    old, new = serial_of(rma), str(sent(session, account, rma).serial_number)
    path = f"/replacements/{rma.reference}/correction"
    assert customer.post(path, data={"serial_number": new}).status_code == 303
    return old, new


def test_pages_and_labels_name_the_corrected_device(  # noqa: PLR0917
    session: Session,
    customer: FlaskClient,
    desk: FlaskClient,
    rma: Replacement,
    corrected: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (old, new), page = corrected, f"/replacements/{rma.reference}"
    handed: list[Any] = []

    def note(_template: str, data: dict[str, Any], **_ways: Any) -> bytes:
        handed.append(data)
        return b"%PDF"

    monkeypatch.setattr(labels, "make_pdf", note)
    customer.get(f"{page}/label.pdf")
    assert handed[0]["labels"][0]["device"].replace("\u200b", "").endswith(new)
    assert f"Comes back: {new}" in words(customer.get("/replacements?view=return").text)
    _due(session, rma, days=-1)
    for client, path in (
        (customer, f"{page}/label"),
        (customer, "/replacements/labels"),
        (customer, f"{page}/extension"),
        (desk, "/desk/logistics?view=returns"),
        (desk, "/desk/logistics?view=overdue"),
        (desk, "/desk/returns?view=overdue"),
        (desk, f"/desk/returns/{rma.reference}"),
    ):
        shown = words(client.get(path).text)
        assert (new in shown, old in shown) == (True, False), path


def test_mails_name_the_corrected_device(  # noqa: PLR0917
    session: Session,
    customer: FlaskClient,
    desk: FlaskClient,
    rma: Replacement,
    corrected: tuple[str, str],
    run_jobs: Run,
) -> None:
    (old, new), label = corrected, f"/replacements/{rma.reference}/label"
    token = re.findall(r'name="token"[^>]*value="([^"]+)"', customer.get(label).text)[0]
    assert customer.post(f"{label}/mail", data={"token": token}).status_code == 303
    scanned(desk, rma, "8G22410000XXCV", another="y")
    for days in (1, -1):
        _due(session, rma, days=days)
        _look(session, run_jobs)
    scanned(desk, rma, new)
    _look(session, run_jobs)
    mails = list(session.scalars(select(Mail)))
    assert sorted(it.subject.partition("] ")[2] for it in mails) == [
        "Another device came back",
        "Last days to send the faulty device back",
        "Return label",
        "The faulty device should have been sent back",
        "We have received the faulty device",
    ]
    assert [it.subject for it in mails if new not in it.text or old in it.text] == []


def test_what_goes_back_is_not_said_to_be_dead_on_arrival(
    customer: FlaskClient, rma: Replacement, session: Session, account: Account
) -> None:
    new, page = sent(session, account, rma).serial_number, f"/replacements/{rma.reference}"
    rma.delivered_on = clock.today()
    session.commit()
    for serial, offered in ((new, False), (serial_of(rma), True)):
        customer.post(f"{page}/correction", data={"serial_number": serial})
        assert ("The new one does not work either" in words(customer.get(page).text)) is offered


def _due(session: Session, it: Replacement, *, days: int) -> None:
    fresh(session, it).return_due_on = clock.today() + timedelta(days=days)
    session.commit()


def _look(session: Session, run_jobs: Run) -> None:
    later(session, "returns.remind", key="now")
    session.commit()
    while run_jobs(clock.now()):
        pass
