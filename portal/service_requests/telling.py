"""Having people told of what was done to a request, once it is kept."""

from collections.abc import Iterable

from portal.base.history import Doer
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import Status


def told_of(status: Status) -> str:
    """As what a new status is told: whoever closes it, the customer is asked how it was."""
    return "closed" if status is Status.CLOSED else "status"


def answer_told_as(moved: Status | None) -> str:
    """As what an answer is told, by where it moved its request: of an end it is one mail."""
    ends = {Status.CLOSED: "closed_with", Status.CANCELED: "canceled_with"}
    return ends.get(moved, "answered") if moved else "answered"


def tell(
    session: ScopedSession,
    request: ServiceRequest,
    what: str,
    *,
    by: Doer | None,
    message: ServiceRequestMessage | None = None,
    needs: Iterable[str] = (),
) -> None:
    """Have those who follow told of it; to whom, and what of it, is decided when it is told.

    `needs`: what the customer is to give, in words that the mail knows.
    """
    later(
        session,
        "service_requests.tell",
        account_id=request.account_id,
        request_id=request.id,
        what=what,
        message_id=message.id if message else None,
        by_id=by.id if by else None,
        needs=list(needs),
    )


def alarm(session: ScopedSession, request: ServiceRequest, *, by: Doer) -> None:
    """Tell whoever works with requests at once of a critical one that nobody has."""
    later(
        session,
        "escalations.tell_critical",
        account_id=request.account_id,
        request_id=request.id,
        by_id=by.id,
    )
