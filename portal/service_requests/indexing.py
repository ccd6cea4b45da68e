"""What requests are found by: kept in the search index with every deed.

Of people's names it is the contact's alone, with the number: they are let go with whoever deletes
their user. Who has it, opened it or wrote in it is marked by their numbers, to which a search finds
those who are called so: no name is kept that would have to be taken away.
"""

from collections.abc import Iterable

from sqlalchemy import select

from portal.agreements.targets import Severity
from portal.base.search import Kind, Tokens, extend, index, tokens_of
from portal.base.tenancy import ScopedSession
from portal.products.models import Product
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import About, Status

STATUS_MARKS = {status: f"c{number}" for number, status in enumerate(Status)}
SEVERITY_MARKS = {severity: f"v{number}" for number, severity in enumerate(Severity)}
ABOUT_MARKS = {about: f"b{number}" for number, about in enumerate(About)}
ESCALATED_MARK = "g1"


def index_request(session: ScopedSession, request: ServiceRequest, texts: Iterable[str]) -> None:
    """Let a new request be found by what it is about, by numbers, and by these texts."""
    product = session.get(Product, request.product_id) if request.product_id else None
    known = (product.serial_number, product.mac, product.asset_tag) if product else ()
    told = (request.subject, *texts)
    numbers = (request.reference, request.own_reference, request.contact_phone, *known)
    for kind in (Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK):
        tokens = tokens_of(
            (*told, request.own_reference, request.contact_name),
            identifiers=[each or "" for each in numbers],
            marks=marks_of(request, kind),
        )
        index(session, kind, [(request.id, request.account_id, tokens)])


def extend_request(
    session: ScopedSession,
    request: ServiceRequest,
    texts: Iterable[str] = (),
    *,
    numbers: Iterable[str] = (),
    writers: Iterable[int | None] = (),
    internal: bool = False,
) -> None:
    """Let it be found by what was said since and who did, and among those like it as it is now.

    By what is internal it is found by staff alone.
    """
    texts, numbers = list(texts), list(numbers)
    wrote = [f"p{each}" for each in writers if each]
    for kind in (Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK):
        hidden = internal and kind is Kind.SERVICE_REQUEST
        tokens = tokens_of(
            () if hidden else texts,
            identifiers=() if hidden else numbers,
            marks=(*marks_of(request, kind), *(() if hidden else wrote)),
        )
        extend(session, kind, [(request.id, request.account_id, tokens)])


def forget_contact(session: ScopedSession, request: ServiceRequest, name: str, phone: str) -> None:
    """Let it be found no more by a contact that it had, but where they are written of in it."""
    here = ServiceRequestMessage.request_id == request.id
    texts = session.scalars(select(ServiceRequestMessage.text).where(here)).all()
    written = tokens_of((request.subject, request.own_reference, *texts))
    words, identifiers = tokens_of((name,), identifiers=[phone])
    numbers = {*tokens_of(identifiers=[request.own_reference]).identifiers.split()}
    left = " ".join(each for each in identifiers.split() if each not in numbers)
    for kind in (Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK):
        entry = request.id, request.account_id, tokens_of(marks=marks_of(request, kind))
        extend(session, kind, [entry], without=Tokens(words - written.words, left))


def marks_of(request: ServiceRequest, kind: Kind) -> list[str]:
    marks = [
        STATUS_MARKS[request.status],
        SEVERITY_MARKS[request.severity],
        ABOUT_MARKS[request.about],
        *(f"u{each}" for each in request.people.strip(",").split(",") if each),
    ]
    if request.model_id:
        marks.append(f"m{request.model_id}")
    if request.site_id:
        marks.append(f"s{request.site_id}")
    if request.escalated or (request.escalated_at and kind is Kind.SERVICE_REQUEST_DESK):
        marks.append(ESCALATED_MARK)
    if request.owner_id:
        marks.append(f"o{request.owner_id}")
    if request.opened_by_id:
        marks.append(f"p{request.opened_by_id}")
    return marks
