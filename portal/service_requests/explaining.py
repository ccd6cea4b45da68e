"""What explains a request: a known issue or an incident, if there is one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.base.db import derive
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.service_requests.deeds import hold, put, settle
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status, over

EXPLAINED_BY = {
    "known_issue_id": What.KNOWN_ISSUE_LINKED,
    "incident_id": What.INCIDENT_LINKED,
}


@dataclass(frozen=True, slots=True)
class _Unseen:
    """A request as the vendor's own log tells of it, where the customer's does not."""

    id: int
    __tablename__ = "service_request"


def concern(
    session: ScopedSession,
    request: ServiceRequest,
    *,
    by: Doer,
    now: datetime,
    readable: Callable[[int], bool],
    **which: int | None,
) -> None:
    """Let it be one of those that a known issue or an incident explains: `known_issue_id=`.

    `readable`: whether the customer may read of one. What it may not leaves no trace there.
    """
    ((name, value),) = which.items()
    what = EXPLAINED_BY[name]
    request = hold(session, request)
    before: int | None = getattr(request, name)
    if before == value:
        return
    if value and request.status is Status.CANCELED:
        raise Refused(over(request.status))
    seen = value if value and readable(value) else None
    public = bool(seen or (before and readable(before)))
    if public:
        put(session, request, None, **which)
        happened(session, request, what if seen else What.UNLINKED, by=by, **{name: seen})
    else:
        derive(session, request, **which)
    if not public or value != seen:
        unseen = what if value else What.UNLINKED
        happened(session, _Unseen(request.id), unseen, by=by, **which)
    settle(session, request, now=now, public=public)
