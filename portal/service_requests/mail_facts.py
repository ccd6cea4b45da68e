"""What a mail about a request is filled in with, in the words of its reader."""

from typing import Any

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.run import Run
from portal.base.tenancy import ScopedSession
from portal.service_requests.calling import call_back
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.queries import steps_of
from portal.service_requests.rating_links import RatingLink, rating_path
from portal.service_requests.rules import CLOSED_AFTER, SOLVED_AFTER, STOPPED, Status
from portal.service_requests.wording import (
    came_from,
    status_here,
    status_sentence,
    waits_for,
    what_follows,
)
from portal.web.formats import phone
from portal.web.locale import gettext as _
from portal.web.locale import label, speaking, zone_called
from portal.web.operator import OPERATOR

LONGEST_EXCERPT = 4_000


def facts_for(
    request: ServiceRequest,
    user: User,
    message: ServiceRequestMessage | None,
    *,
    by_itself: bool,
) -> dict[str, Any]:
    """`by_itself`: nobody did it, time has passed."""
    staff = user.staff_role is not None
    owner = request.owner.name if request.owner else None
    with speaking(user.language or "nb", zone_called(user.time_zone)):
        return {
            "reference": request.reference,
            "subject": request.subject,
            "status": status_here(request.status) if staff else label(request.status),
            "severity": label(request.severity),
            "waiting_for": _waiting(request, staff=staff),
            "why": _why(request, staff=staff) if by_itself else "",
            "stands": status_sentence(request, owner, now=clock.now()),
            "ahead": _ahead(request, owner, staff=staff),
            "customer": request.account.name,
            "text": message.text[:LONGEST_EXCERPT] if message else "",
            "came_from": came_from(message) if message else "",
            "said_as": message.kind.value if message else "",
        }


def call_for(session: ScopedSession, request: ServiceRequest, user: User) -> dict[str, str]:
    """How a critical one is talked about: when we call, and where we answer."""
    if user.staff_role or request.severity is not Severity.CRITICAL:
        return {}
    steps = session.scalars(steps_of(request.id)).all()
    with speaking(user.language or "nb", zone_called(user.time_zone)):
        call = call_back(request, steps, now=clock.now())
        return {"call": call, "our_phone": phone(OPERATOR.phone)}


def rating_for(run: Run, request: ServiceRequest, user: User) -> dict[str, str]:
    """Where the customer's people say how the help was."""
    if user.staff_role:
        return {}
    link = RatingLink(request.account_id, request.id, user.id)
    path = rating_path(run.settings.secret_key, link)
    return {"rating_url": run.settings.portal_url.rstrip("/") + path}


def address_of(request: ServiceRequest, user: User, portal_url: str) -> str:
    """The page of a request for somebody: staff have one of their own."""
    desk = "/desk" if user.staff_role else ""
    return f"{portal_url.rstrip('/')}{desk}/service-requests/{request.reference}"


def escalation_address(request: ServiceRequest, portal_url: str) -> str:
    """Where managers look after it."""
    return f"{portal_url.rstrip('/')}/desk/escalations/{request.reference}"


def _waiting(request: ServiceRequest, *, staff: bool) -> str:
    """What is waited for, and from whom: the customer is asked for nothing that others have."""
    what = waits_for(request)
    if not what:
        return ""
    if request.status is not Status.WAITING_FOR_CUSTOMER:
        return _("We are waiting for: %(what)s", what=what)
    if staff:
        return _("We are waiting for the customer: %(what)s", what=what)
    return _("We are waiting for you: %(what)s", what=what)


def _ahead(request: ServiceRequest, owner: str | None, *, staff: bool) -> str:
    """When it moves next, and who has to do something until then, where the status and what is
    waited for do not tell. What the customer is promised is said to the customer."""
    follows = what_follows(request, staff=staff)
    if staff or request.waiting_for or request.status in STOPPED:
        return follows
    stands = status_sentence(request, owner, now=clock.now())
    told = "" if stands == label(request.status) else stands
    return f"{told} {follows}".strip()


def _why(request: ServiceRequest, *, staff: bool) -> str:
    if request.status is Status.CLOSED:
        days = CLOSED_AFTER.days
        return _("It was solved %(days)s days ago, and nobody has written since.", days=days)
    if request.status is not Status.SOLVED:
        return ""
    days = SOLVED_AFTER.days
    if staff:
        return _("Nobody objected to the proposed solution in %(days)s days.", days=days)
    return _("We have heard nothing against the proposed solution in %(days)s days.", days=days)
