"""What the agreement gives a request: cover for its device, and days to open it again in."""

from datetime import date, datetime

from portal.agreements.queries import agreement_terms
from portal.agreements.rules import Coverage, coverage
from portal.base.clock import day_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.service_requests.actions import reopening_days
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status, reopened_until


def coverage_of_request(
    session: ScopedSession, request: ServiceRequest, model: Model | None, now: datetime
) -> Coverage | None:
    """Whether what it is about is covered; of what is over it does not matter any more."""
    if model is None or not request.is_open:
        return None
    return coverage(model, agreement_terms(session, request.account_id), day_of(now))


def last_day_to_reopen(
    session: ScopedSession, request: ServiceRequest, now: datetime
) -> date | None:
    """None: it is not closed, or it cannot be opened again."""
    if request.closed_at is None or request.status is not Status.CLOSED:
        return None
    last = reopened_until(request.closed_at, reopening_days(session, request, now))
    return last if day_of(now) <= last else None
