import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.history import What
from portal.base.mails import Mail
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from portal.returns.models import ReturnExtension
from portal.returns.rules import Answer
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import make_account, make_replacement, make_user
from tests.returns.conftest import BACK, done, fresh, told
from tests.returns.test_labels import words

ASKED = {"until": "14.12.2026", "reason": "Den som har den, er på ferie"}
Run = Callable[..., int]
Both = tuple[FlaskClient, FlaskClient]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-12-02 09:00Z", tick=False):
        yield


def path(it: Replacement, what: str = "extension") -> str:
    return f"/replacements/{it.reference}/{what}"


def desk_path(it: Replacement, what: str = "extension") -> str:
    return f"/desk/returns/{it.reference}/{what}"


def test_more_time_is_asked_for_granted_on_record_and_told(
    session: Session, both: Both, rma: Replacement, run_jobs: Run, ola: User
) -> None:
    customer, desk = both
    assert customer.post(path(rma), data=ASKED).status_code == 303
    page = words(customer.get(f"/replacements/{rma.reference}").text)
    assert "You have asked for time until Monday 14 December." in page
    assert "Nothing is charged before we have answered your request" in page
    assert "It is charged" not in page
    waits = customer.get(path(rma)).text
    assert "You have asked for more time already." in words(waits)
    assert 'name="until"' not in waits
    assert rma.reference in desk.get("/desk/returns").text
    assert "Den som har den, er på ferie" in words(desk.get(f"/desk/returns/{rma.reference}").text)

    assert desk.post(desk_path(rma), data={"until": "14.12.2026"}).status_code == 303
    it = fresh(session, rma)
    assert it.return_due_on == date(2026, 12, 14)
    assert done(session, it) == [What.EXTENSION_ASKED, What.EXTENSION_GRANTED]
    assert (ola.email, "More time granted") in told(session, run_jobs)
    mail = session.scalars(select(Mail).where(Mail.address == ola.email)).one()
    assert "by Monday 14 December" in mail.text
    assert rma.reference not in desk.get("/desk/returns").text


def test_it_is_refused_with_a_reason_that_the_customer_reads(
    session: Session, both: Both, rma: Replacement, run_jobs: Run, ola: User
) -> None:
    customer, desk = both
    customer.post(path(rma), data=ASKED)
    refusal = desk_path(rma, "extension/refusal")
    unsaid = desk.post(refusal, data={"because": " "})
    assert unsaid.status_code == 422
    assert desk.post(refusal, data={"because": "Vi trenger den"}).status_code == 303

    it = fresh(session, rma)
    assert it.return_due_on == date(2026, 12, 7)
    assert "Vi trenger den" in words(customer.get(f"/replacements/{rma.reference}").text)
    assert (ola.email, "More time refused") in told(session, run_jobs)
    assert customer.post(path(rma), data=ASKED).status_code == 303  # it may be asked again


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("until", "07.12.2026"),  # as it is already
        ("until", "01.12.2026"),  # a day that is past
        ("until", "01.12.2036"),
        ("until", "i morgen"),
        ("until", ""),
        ("until", "31.02.2026"),
        ("reason", " "),
        ("reason", "x" * 201),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    field: str, value: str, session: Session, customer: FlaskClient, rma: Replacement
) -> None:
    refused = customer.post(path(rma), data=ASKED | {field: value})
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert session.scalars(select(ReturnExtension)).all() == []


def test_asked_for_a_saturday_it_is_the_monday_after(
    session: Session, both: Both, rma: Replacement
) -> None:
    customer, desk = both
    asked = ASKED | {"until": "12.12.2026"}
    said = words(customer.post(path(rma), data=asked, follow_redirects=True).text)
    moved = "You have asked for time until Monday 14 December, as Saturday 12 December is no"
    assert f"Nothing is charged meanwhile. {moved} working day." in said
    assert session.scalars(select(ReturnExtension.until)).all() == [date(2026, 12, 14)]
    granted = desk.post(desk_path(rma), data={"until": "12.12.2026"}, follow_redirects=True)
    moved = "It is until Monday 14 December, as Saturday 12 December is no working day."
    assert f"and the customer is told. {moved}" in words(granted.text)


def test_answered_late_a_day_to_come_is_chosen(
    session: Session, both: Both, rma: Replacement
) -> None:
    customer, desk = both
    customer.post(path(rma), data=ASKED)
    asked = session.scalars(select(ReturnExtension)).one()
    fresh(session, rma).return_due_on, asked.until = date(2026, 11, 25), date(2026, 11, 27)
    session.commit()
    page = f"/desk/returns/{rma.reference}"
    filled = re.search(r'<input[^>]*name="until"[^>]*>', desk.get(page).text)
    assert filled
    assert "2026" not in filled[0]
    for until, says in (
        ("27.11.2026", "Choose a day after today."),
        ("25.11.2026", "Choose a day after the one that holds now."),
    ):
        late = desk.post(desk_path(rma), data={"until": until})
        assert late.status_code == 422
        assert says in late.text
    assert desk.post(desk_path(rma), data={"until": "14.12.2026"}).status_code == 303


@pytest.mark.parametrize(
    "over",
    [
        {"returned": ReturnStage.RECEIVED, "received_serial_number": "X", "liability": "settled"},
        {"returned": ReturnStage.NOT_DUE, "liability": "waived"},
    ],
)
def test_when_nothing_is_to_be_sent_back_no_card_asks_for_it(
    over: dict[str, Any], session: Session, both: Both, rma: Replacement
) -> None:
    customer, desk = both
    customer.post(path(rma), data=ASKED)
    desk.post(desk_path(rma), data={"until": "14.12.2026"})
    page = f"/replacements/{rma.reference}"
    assert 'id="returning"' in customer.get(page).text
    it = fresh(session, rma)
    for name, value in over.items():
        setattr(it, name, value)
    session.commit()
    shown = customer.get(page).text
    assert 'id="returning"' not in shown
    assert "More time granted" not in words(shown).partition("History")[0]


def test_twice_is_once_and_answered_twice_too(
    session: Session, customer: FlaskClient, desk: FlaskClient, rma: Replacement
) -> None:
    customer.post(path(rma), data=ASKED)
    again = customer.post(path(rma), data=ASKED)
    assert again.status_code == 422
    assert "You have asked for more time already." in words(again.text)
    assert desk.post(desk_path(rma), data={"until": "14.12.2026"}).status_code == 303
    late = desk.post(desk_path(rma, "extension/refusal"), data={"because": "Nei"})
    assert late.status_code == 422
    assert "Nobody waits for an answer any more." in words(late.text)
    (asked,) = session.scalars(select(ReturnExtension)).all()
    assert asked.answer is Answer.YES


@pytest.mark.parametrize(
    "standing",
    [
        {"returned": ReturnStage.RECEIVED, "liability": Liability.SETTLED},
        {"liability": Liability.CHARGED},
        {"stage": Stage.APPROVED, "returned": ReturnStage.NOT_DUE, "return_due_on": None},
    ],
)
def test_where_nothing_is_to_be_sent_back_no_time_is_asked_for(
    standing: dict[str, Any], session: Session, customer: FlaskClient, ola: User
) -> None:
    account = ola.memberships[0].account
    it = make_replacement(session, account, by=ola, **BACK | standing)

    assert "not to be sent back now" in words(customer.get(path(it)).text)
    assert customer.post(path(it), data=ASKED).status_code == 422
    assert "Ask for more time" not in words(customer.get(f"/replacements/{it.reference}").text)


def test_anothers_does_not_exist(session: Session, customer: FlaskClient) -> None:
    foreign = make_replacement(session, make_account(session), **BACK)
    for method in ("get", "post"):
        assert getattr(customer, method)(path(foreign), data=ASKED).status_code == 404


def test_the_page_of_a_replacement_and_of_its_return_take_few_statements(
    session: Session, sign_in: SignInAs, both: Both, rma: Replacement, engine: Any
) -> None:
    customer, desk = both
    customer.post(path(rma), data=ASKED)
    for client, where in ((customer, "/replacements"), (desk, "/desk/returns")):
        client.get(f"{where}/{rma.reference}")
        with counted(engine) as asked:
            client.get(f"{where}/{rma.reference}")
        assert len(asked) <= 8, asked
    desk.get("/desk/returns")
    with counted(engine) as listed:
        desk.get("/desk/returns")
    assert len(listed) <= 6, listed
    agent = sign_in(make_user(session))
    assert agent.get(f"/desk/returns/{rma.reference}").status_code == 403
