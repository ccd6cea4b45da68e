"""Handing requests out, so that nobody loses one they have without being told."""

from datetime import datetime

from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.service_requests.handling import assign
from portal.service_requests.models import ServiceRequest
from portal.service_requests.taking import hold_open, taken


def hand_out(
    session: ScopedSession,
    request: ServiceRequest,
    owner_id: int,
    *,
    seen: int | None,
    by: Doer,
    now: datetime,
) -> None:
    """Give it to a colleague, if it is still whose it was when somebody decided so: `seen`."""
    request = hold_open(session, request)
    if request.owner_id not in {seen, owner_id}:
        raise taken(session, request)
    assign(session, request, owner_id, by=by, now=now)
