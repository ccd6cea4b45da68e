"""Which request and which case an address means, on the pages of both sides."""

from typing import Any

from flask import abort, g
from sqlalchemy import select

from portal.base.references import read_reference
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.models import CloudPartnerCase
from portal.cloud_partners.queries import case_of
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.queries import request_with_id
from portal.web.paging import LARGEST
from portal.web.session import db, db_for, open_session


def id_of(reference: str) -> int:
    found = read_reference(PREFIX, reference)
    return found if found and found <= LARGEST else abort(404)


def find_request(session: ScopedSession, reference: str) -> ServiceRequest:
    return session.scalars(request_with_id(id_of(reference))).one()


def find_case(session: ScopedSession, reference: str) -> CloudPartnerCase:
    """The case of a request, with 404 also where it has none."""
    return session.scalars(case_of(find_request(session, reference).id)).one()


def reading(reference: str) -> tuple[ScopedSession, CloudPartnerCase]:
    return db(), find_case(db(), reference)


def account_of(ref: str, **_values: Any) -> int:
    """Whose request it is; found before the session knows what it writes for."""
    with open_session(g.scope, reading=True) as session:
        here = ServiceRequest.id == id_of(ref)
        return session.scalars(select(ServiceRequest.account_id).where(here)).one()


def session_for(ref: str) -> ScopedSession:
    """The session that writes for the account of this request."""
    return db_for(account_of(ref))
