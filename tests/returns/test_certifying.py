import io
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.files import Hold, StoredFile
from portal.base.history import What
from portal.base.mails import Mail
from portal.products.models import ProductStatus
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage, Track
from portal.returns.models import DestructionCertificate
from portal.returns.rules import Answer
from tests.factories import make_account, make_replacement
from tests.returns.conftest import BACK, done, fresh, sent, told, went
from tests.returns.test_labels import words

KEPT: dict[str, Any] = BACK | {
    "returned": ReturnStage.NOT_DUE,
    "liability": Liability.NONE,
    "retain_and_destroy": True,
    "return_due_on": None,
    "at_risk": None,
}
SAYS = {"method": "shredded", "destroyed_on": "01.12.2026", "signed_by": "Per Vakt, Makulo AS"}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
Run = Callable[..., int]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-12-02 09:00Z", tick=False):
        yield


@pytest.fixture
def kept(session: Session, account: Account, ola: User) -> Replacement:
    return make_replacement(session, account, by=ola, **KEPT)


def path(it: Replacement) -> str:
    return f"/replacements/{it.reference}/certificate"


def send(client: FlaskClient, it: Replacement, **other: Any) -> Any:
    data = SAYS | {"files": (io.BytesIO(PDF), "bevis.pdf")} | other
    return client.post(path(it), data={name: told for name, told in data.items() if told})


def test_a_certificate_is_sent_in_accepted_and_the_return_ends_as_destroyed(
    session: Session, customer: FlaskClient, desk: FlaskClient, kept: Replacement, run_jobs: Run
) -> None:
    page = words(customer.get(f"/replacements/{kept.reference}").text)
    assert "Let it be destroyed so that nothing on it can be read" in page
    assert send(customer, kept).status_code == 303
    assert kept.reference in desk.get("/desk/returns?view=certificates").text
    shown = words(desk.get(f"/desk/returns/{kept.reference}").text)
    assert "Per Vakt, Makulo AS" in shown
    with desk.get(f"/desk/returns/{kept.reference}/certificate/file") as file:
        assert file.data == PDF
    with customer.get(f"{path(kept)}/file") as file:
        assert (file.status_code, file.data) == (200, PDF)

    for _ in range(2):
        answer = desk.post(f"/desk/returns/{kept.reference}/certificate")
    assert answer.status_code == 422  # the second click: it is answered
    it = fresh(session, kept)
    assert (it.returned, it.closed_at is not None) == (ReturnStage.DESTROYED, True)
    assert went(session, it, Track.RETURN) == ["destroyed"]
    assert done(session, it) == [What.CERTIFICATE_SENT, What.CERTIFICATE_ACCEPTED]
    assert "The certificate is accepted" in dict(map(reversed, told(session, run_jobs)))  # type: ignore[arg-type]
    assert "Lars Lager" in words(desk.get(f"/desk/returns/{kept.reference}").text)


def test_it_is_refused_with_a_reason_and_another_can_be_sent(
    session: Session, customer: FlaskClient, desk: FlaskClient, kept: Replacement
) -> None:
    send(customer, kept)
    refusal = f"/desk/returns/{kept.reference}/certificate/refusal"
    assert desk.post(refusal, data={"because": ""}).status_code == 422
    assert desk.post(refusal, data={"because": "Signaturen mangler"}).status_code == 303
    assert "Signaturen mangler" in words(customer.get(f"/replacements/{kept.reference}").text)
    assert fresh(session, kept).returned is ReturnStage.NOT_DUE
    assert send(customer, kept).status_code == 303
    answers = session.scalars(
        select(DestructionCertificate.answer).order_by(DestructionCertificate.id)
    ).all()
    assert answers == [Answer.NO, Answer.OPEN]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", ""),
        ("method", "eaten"),
        ("destroyed_on", "03.12.2026"),  # a day to come
        ("destroyed_on", "01.01.2020"),  # before the new one was asked for
        ("destroyed_on", "i går"),
        ("signed_by", " "),
        ("serial_number", "8G22410000XXCV"),
        ("files", None),
    ],
)
def test_what_a_certificate_cannot_say_is_refused_at_its_field(
    field: str, value: Any, session: Session, customer: FlaskClient, kept: Replacement
) -> None:
    refused = send(customer, kept, **{field: value})
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert session.scalars(select(DestructionCertificate)).all() == []


def test_who_destroyed_another_device_says_so_and_certifies_that_one(
    session: Session, customer: FlaskClient, desk: FlaskClient, account: Account, *,
    kept: Replacement, run_jobs: Run,
) -> None:  # fmt: skip
    assert kept.product
    old, other = kept.product, sent(session, account, kept)
    old.status = ProductStatus.REPLACED
    session.commit()
    page, correction = (
        f"/replacements/{kept.reference}",
        f"/replacements/{kept.reference}/correction",
    )
    refused = send(customer, kept, serial_number=other.serial_number)
    assert refused.status_code == 422
    assert "Did you keep that one, say so first." in words(refused.text)
    for each in (refused, customer.get(page)):
        assert f'href="{correction}"' in each.text
    asked = words(customer.get(correction).text)
    assert "Serial number of the device that was destroyed" in asked
    assert "send" not in asked.lower()
    none = customer.post(correction, data={"serial_number": ""})
    assert "Enter the serial number of the device that was destroyed." in words(none.text)

    said = {"serial_number": other.serial_number}
    assert customer.post(correction, data=said).status_code == 303
    again = customer.post(correction, data=said, follow_redirects=True)
    assert "is to be destroyed already. Nothing was changed." in words(again.text)
    session.expire_all()
    assert (old.status, other.status) == (ProductStatus.ACTIVE, ProductStatus.REPLACED)
    assert f"Destroyed instead {other.serial_number}" in words(again.text)
    for serial in (old.serial_number, other.serial_number):
        on_desk = f"/desk/returns/{kept.reference}/correction"
        assert desk.post(on_desk, data={"serial_number": serial}).status_code == 303
    assert "The return is corrected" in [subject for _to, subject in told(session, run_jobs)]
    assert f"{other.serial_number} is destroyed instead." in last_text(session)
    assert send(customer, kept, serial_number=other.serial_number).status_code == 303

    # What waits for our answer is of that one, and stays so.
    assert f'href="{correction}"' not in customer.get(page).text
    back = customer.post(correction, data={"serial_number": old.serial_number})
    assert back.status_code == 422
    assert "A certificate waits for our answer already." in words(back.text)
    assert 'id="correction"' not in desk.get(f"/desk/returns/{kept.reference}").text
    told(session, run_jobs)
    assert desk.post(f"/desk/returns/{kept.reference}/certificate").status_code == 303
    assert fresh(session, kept).returned is ReturnStage.DESTROYED
    assert customer.post(correction, data=said).status_code == 422


def last_text(session: Session) -> str:
    return session.scalars(select(Mail.text).order_by(Mail.id.desc())).first() or ""


def test_one_waits_at_a_time(session: Session, customer: FlaskClient, kept: Replacement) -> None:
    send(customer, kept)
    again = send(customer, kept)
    assert again.status_code == 422
    assert "A certificate waits for our answer already." in words(again.text)


def test_a_file_that_is_not_checked_is_not_accepted(
    session: Session, customer: FlaskClient, desk: FlaskClient, kept: Replacement
) -> None:
    send(customer, kept)
    file = session.scalars(select(StoredFile)).one()
    file.held = Hold.WAITING
    session.commit()
    assert desk.post(f"/desk/returns/{kept.reference}/certificate").status_code == 422
    assert desk.get(f"/desk/returns/{kept.reference}/certificate/file").status_code == 409
    assert fresh(session, kept).returned is ReturnStage.NOT_DUE


@pytest.mark.parametrize(
    "standing",
    [{"retain_and_destroy": False}, {"stage": Stage.APPROVED, "shipped_at": None}],
)
def test_nobody_else_is_asked_for_one(
    standing: dict[str, Any], session: Session, customer: FlaskClient, ola: User
) -> None:
    it = make_replacement(session, ola.memberships[0].account, by=ola, **KEPT | standing)
    assert "No certificate is asked for now." in words(customer.get(path(it)).text)
    assert send(customer, it).status_code == 422
    assert session.scalars(select(DestructionCertificate)).all() == []


def test_anothers_certificate_is_not_found(session: Session, customer: FlaskClient) -> None:
    foreign = make_replacement(session, make_account(session), **KEPT)
    assert customer.get(f"{path(foreign)}/file").status_code == 404
    assert send(customer, foreign).status_code == 404


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (None, "Choose the file with the signed certificate."),
        (["bevis.exe"], "“bevis.exe” cannot be sent here. The file must be DOCX, JPEG, JPG, PDF"),
        (["a.pdf", "b.pdf"], "Send one file only."),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_words_that_help(
    named: list[str] | None, says: str, customer: FlaskClient, kept: Replacement
) -> None:
    sent = [(io.BytesIO(PDF), name) for name in named or ()] or None
    refused = send(customer, kept, files=sent, method="")

    shown = words(refused.text)
    assert refused.status_code == 422
    assert says in shown
    assert "Choose how." in shown  # both are said at once
    assert "ZIP" not in shown
    assert ("Choose the file" in shown) == (named is None)
