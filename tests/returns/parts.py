"""One of everything that hangs on a replacement, to hold against who may see the replacement."""

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from portal.base.files import StoredFile
from portal.carriers.models import CarrierEvent, Parcel
from portal.carriers.rules import Direction, Status
from portal.dead_on_arrival.models import ReplacementLink
from portal.employees.models import EmployeeOrder
from portal.liability.models import LiabilityWaiver
from portal.replacements.models import Replacement
from portal.returns.models import DestructionCertificate, ReturnExtension, ReturnNotice
from portal.returns.rules import Method
from tests.factories import MOMENT, make_replacement, make_user


def an_extension(session: Session, it: Replacement) -> Any:
    told = {"until": MOMENT.date(), "reason": "Ferie", "asked_at": MOMENT}
    return ReturnExtension(account_id=it.account_id, replacement_id=it.id, **told)


def a_certificate(session: Session, it: Replacement) -> Any:
    file = StoredFile(
        account_id=it.account_id,
        key=secrets.token_urlsafe(24),
        name="bevis.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        created_at=MOMENT,
    )
    session.add(file)
    session.flush()
    told = {"destroyed_on": MOMENT.date(), "signed_by": "Per", "sent_at": MOMENT}
    made = DestructionCertificate(account_id=it.account_id, replacement_id=it.id, **told)
    made.method, made.file_id = Method.CRUSHED, file.id
    return made


def a_notice(session: Session, it: Replacement) -> Any:
    told = {"due_on": MOMENT.date(), "what": "over", "told_on": MOMENT.date()}
    return ReturnNotice(account_id=it.account_id, replacement_id=it.id, **told)


def a_waiver(session: Session, it: Replacement) -> Any:
    told = {"reason": "Syk", "proposed_at": MOMENT, "proposed_by_id": make_user(session).id}
    return LiabilityWaiver(account_id=it.account_id, replacement_id=it.id, internal=False, **told)


def a_link(session: Session, it: Replacement) -> Any:
    account: Any = it.account
    other = make_replacement(session, account)
    told = {"next_id": other.id, "linked_at": MOMENT}
    return ReplacementLink(account_id=it.account_id, replacement_id=it.id, **told)


def an_employees_order(session: Session, it: Replacement) -> Any:
    told = {"name": "Ola", "email": "ola@kraft.example.com", "language": "nb", "waits": True}
    return EmployeeOrder(account_id=it.account_id, replacement_id=it.id, **told)


def a_parcel(session: Session, it: Replacement) -> Any:
    told = {"direction": Direction.OUT, "carrier": "Posten", "since": MOMENT}
    return Parcel(account_id=it.account_id, replacement_id=it.id, **told)


def an_event(session: Session, it: Replacement) -> Any:
    """Of a parcel that is there."""
    session.add(a_parcel(session, it))
    session.flush()
    told = {"direction": Direction.OUT, "key": "one", "at": MOMENT, "status": Status.OTHER}
    made = CarrierEvent(account_id=it.account_id, replacement_id=it.id, **told)
    made.code, made.place, made.text = "", "", ""
    return made


MAKERS: dict[type[Any], Callable[[Session, Replacement], Any]] = {
    ReturnExtension: an_extension,
    DestructionCertificate: a_certificate,
    ReturnNotice: a_notice,
    LiabilityWaiver: a_waiver,
    ReplacementLink: a_link,
    EmployeeOrder: an_employees_order,
    Parcel: a_parcel,
    CarrierEvent: an_event,
}
