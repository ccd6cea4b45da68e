"""A standard answer with what is known of a request, in the language of whoever gets it."""

from datetime import datetime, timedelta

from portal.accounts.models import User
from portal.agreements.targets import next_update
from portal.base.tenancy import ScopedSession
from portal.request_desk.held_answers import Offered
from portal.request_desk.rules import Field, filled
from portal.service_requests.models import ServiceRequest
from portal.web.formats import date_and_time
from portal.web.locale import speaking


def reader_of(session: ScopedSession, request: ServiceRequest) -> User | None:
    """Whom an answer speaks to: the contact, else whoever opened it, unless that was staff."""
    people = [session.get(User, request.contact_id) if request.contact_id else None]
    people.append(request.opened_by)
    return next((it for it in people if it is not None and it.staff_role is None), None)


def language_of(reader: User | None) -> str:
    return (reader.language if reader else None) or "nb"


def fill(
    answer: Offered,
    request: ServiceRequest,
    reader: User | None,
    *,
    agent: str,
    now: datetime,
) -> str:
    """The text as plain words."""
    language = language_of(reader)
    return filled(answer.words(language), _values(request, reader, language, agent, now), language)


def _values(
    request: ServiceRequest, reader: User | None, language: str, agent: str, now: datetime
) -> dict[Field, str]:
    name = reader.name if reader else request.contact_name
    hours = request.targets[next_update(request.severity)]
    with speaking(language):
        due = date_and_time(now + timedelta(hours=hours))
    product = request.product
    return {
        Field.NAME: name.split()[0] if name.split() else request.account.name,
        Field.REFERENCE: request.reference,
        Field.SUBJECT: request.subject,
        Field.CUSTOMER: request.account.name,
        Field.PRODUCT: request.model.name if request.model else "",
        Field.SERIAL_NUMBER: (product.serial_number or "") if product else "",
        Field.NEXT_UPDATE: due,
        Field.AGENT: agent,
    }
