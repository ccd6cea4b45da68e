"""What came while somebody has the page of a request open: answers, changes, and who is writing."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort
from sqlalchemy import func, select

from portal.base.tenancy import ScopedSession
from portal.request_pages.rules import STILL_WRITING, draft_key
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.own_queries import writing_there


@dataclass(frozen=True, slots=True)
class News:
    """Since `heard` answers of others were on the page, and the request stood at `version`."""

    answers: int
    changed: bool
    writing: tuple[str, ...]
    heard: int
    version: int

    @property
    def mark(self) -> str:
        """Tells news from what was told before."""
        return f"{self.answers}.{self.changed:d}.{len(self.writing)}"


def news_of(
    session: ScopedSession,
    request_id: int,
    *,
    heard: int,
    version: int,
    person_id: int,
    now: datetime,
) -> News:
    """Two statements; 404 for what is not seen."""
    theirs = (
        select(func.count(ServiceRequestMessage.id))
        .where(ServiceRequestMessage.request_id == request_id)
        .where(ServiceRequestMessage.internal.is_(False))
        .where(func.coalesce(ServiceRequestMessage.author_id, 0) != person_id)
    )
    query = select(ServiceRequest.version, theirs.scalar_subquery())
    row = session.execute(query.where(ServiceRequest.id == request_id)).first() or abort(404)
    since, staff = now - STILL_WRITING, session.scope.staff
    writing = writing_there(draft_key(request_id), since=since, but=person_id, staff=staff)
    return News(
        answers=max(0, row[1] - heard),
        changed=row[0] != version,
        writing=tuple(session.scalars(writing)),
        heard=heard,
        version=version,
    )
