"""Who takes part in a request, and so sees it and is told of it."""

from collections.abc import Iterable
from datetime import datetime

from portal.accounts.models import User
from portal.base.participation import seen_by
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import Follower, ServiceRequest
from portal.service_requests.queries import followers_of


def add_follower(
    session: ScopedSession,
    request: ServiceRequest,
    user_id: int,
    *,
    now: datetime,
    anew: bool = True,
) -> bool:
    """Let somebody take part; False when they do. `anew`: also who wanted to hear no more.

    Staff take part unseen.
    """
    lines = session.scalars(followers_of(request.id)).all()
    mine = next((it for it in lines if it.user_id == user_id), None)
    if mine is not None:
        if not (mine.muted and anew):
            return False
        mine.muted = False
        return True
    internal = session.get_one(User, user_id).staff_role is not None
    if not internal:
        request.people = people_of(request, [*lines, user_id])
    line = Follower(request_id=request.id, account_id=request.account_id, since=now)
    line.user_id, line.internal = user_id, internal
    session.add(line)
    session.flush()
    return True


def people_of(request: ServiceRequest, taking_part: Iterable[Follower | int]) -> str:
    """Whoever takes part, so that everyone can look whether they do."""
    found = (it if isinstance(it, int) else it.user_id for it in taking_part if not _hidden(it))
    return seen_by([*found, request.opened_by_id, request.contact_id])


def _hidden(it: Follower | int) -> bool:
    return isinstance(it, Follower) and it.internal
