"""Opening a request: what somebody says of it, and what it begins with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Membership, Site, User
from portal.agreements.targets import Severity
from portal.base.files import StoredFile
from portal.base.history import Doer, What, happened
from portal.base.participation import seen_by
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.models import ProductModel
from portal.products.models import Product
from portal.service_requests.clocks import StepKind
from portal.service_requests.deeds import note_step, promised, reckon
from portal.service_requests.indexing import index_request
from portal.service_requests.models import Follower, ServiceRequest
from portal.service_requests.rules import (
    LONGEST_SUBJECT,
    About,
    MessageKind,
    Source,
    one_line,
    whole_text,
)
from portal.service_requests.telling import alarm, tell
from portal.service_requests.writing import write_message

MOST_DEVICES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom we reach about a request, and when to call them back."""

    user_id: int | None = None
    name: str = ""
    phone: str = ""  # E.164
    call_from: datetime | None = None
    call_until: datetime | None = None

    def fields(self) -> dict[str, Any]:
        if self.call_from and self.call_until and self.call_until <= self.call_from:
            raise Refused(N_("Choose an end that is after the beginning."), field="call_until")
        return {
            "contact_id": self.user_id,
            "contact_name": one_line(self.name, field="contact_name", most=120),
            "contact_phone": one_line(self.phone, field="contact_phone", most=20),
            "call_from": self.call_from,
            "call_until": self.call_until,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is said of a request when it is opened. A device, or so many of a model, or neither."""

    subject: str
    text: str
    about: About
    severity: Severity
    product_id: int | None = None
    model_id: int | None = None
    device_count: int | None = None
    site_id: int | None = None
    contact: Contact = Contact()
    own_reference: str = ""


def open_request(
    session: ScopedSession,
    said: Opening,
    *,
    by: Doer,
    now: datetime,
    files: Sequence[StoredFile] = (),
    followers: Iterable[int] = (),
    source: Source = Source.PORTAL,
    mail_message_id: str | None = None,
) -> ServiceRequest:
    """Ask for help in the account that the session writes for. Its clocks run from now."""
    missing = N_("Describe what happened.")
    text = whole_text(said.text, field="text", missing=missing)
    request = ServiceRequest(
        account_id=session.scope.write,
        subject=_subject(said.subject),
        about=said.about,
        severity=said.severity,
        own_reference=one_line(said.own_reference, field="own_reference", most=80),
        opened_at=now,
        opened_by_id=by.id,
        on_behalf=by.on_behalf,
        status_since=now,
        changed_at=now,
        touched_at=now,
        targets=promised(session, session.scope.write or 0, now),
        **_devices(session, said),
        **contact_fields(session, said.contact, by=by),
    )
    people = _people(session, request, followers)
    outside = [it.id for it in people if it.staff_role is None]
    request.people = seen_by(outside)
    session.add(request)
    session.flush()
    for user in people:
        session.add(
            Follower(
                request_id=request.id,
                account_id=request.account_id,
                user_id=user.id,
                internal=user.staff_role is not None,
                since=now,
            )
        )
    note_step(session, request, StepKind.OPENED, by=by, now=now)
    names = [file.name for file in files]
    index_request(session, request, [text, *names])
    message = write_message(
        session,
        request,
        text,
        kind=MessageKind.DESCRIPTION,
        by=by,
        now=now,
        files=files,
        source=source,
        mail_message_id=mail_message_id,
    )
    reckon(session, request, now=now)
    happened(session, request, What.OPENED, by=by, severity=request.severity)
    tell(session, request, "opened", by=by, message=message)
    if request.severity is Severity.CRITICAL:
        alarm(session, request, by=by)
    return request


def contact_fields(session: ScopedSession, contact: Contact, *, by: Doer) -> dict[str, Any]:
    """The contact as columns. As a user only who is one of the account's, or asks themselves."""
    fields = contact.fields()
    if contact.user_id and contact.user_id != by.id:
        here = Membership.account_id == session.scope.write
        member = select(Membership.id).where(Membership.user_id == contact.user_id, here)
        if session.scalars(member.where(Membership.in_force())).first() is None:
            raise Refused(N_("Choose one of your colleagues who has access."), field="contact")
    return fields


def _subject(said: str) -> str:
    missing = N_("Say in a few words what it is about.")
    return one_line(said, field="subject", most=LONGEST_SUBJECT, missing=missing)


def _devices(session: ScopedSession, said: Opening) -> dict[str, Any]:
    """The device, what it is and where it is; or so many of a model, at a site."""
    site_id, model_id, count = said.site_id, said.model_id, said.device_count
    if said.product_id is not None:
        product = session.get(Product, said.product_id)
        if product is None:
            raise Refused(N_("We do not find this device."), field="product")
        site_id, model_id, count = site_id or product.site_id, product.model_id, None
    if model_id is not None and session.get(ProductModel, model_id) is None:
        raise Refused(N_("Choose the model."), field="model")
    if site_id is not None and session.get(Site, site_id) is None:
        raise Refused(N_("Choose one of the sites you have access to."), field="site")
    if count is not None and (model_id is None or not 1 <= count <= MOST_DEVICES):
        raise Refused(
            N_("Write a number from 1 to %(most)s."), field="device_count", most="100 000"
        )
    return {
        "product_id": said.product_id,
        "model_id": model_id,
        "device_count": count,
        "site_id": site_id,
    }


def _people(
    session: ScopedSession, request: ServiceRequest, followers: Iterable[int]
) -> list[User]:
    """Whoever takes part: who opened it, unless it was staff; the contact; and who follows."""
    ids = {request.opened_by_id, request.contact_id, *followers} - {None}
    found = session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)).all()
    return [it for it in found if it.staff_role is None or it.id != request.opened_by_id]
