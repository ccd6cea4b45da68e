"""A request looked up with all that stands beside it, in one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.cloud_partners.models import CloudPartnerCase
from portal.request_pages.models import Satisfaction
from portal.request_pages.queries import request_and_links
from portal.request_pages.story import Linked
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import PREFIX, ServiceRequest


@dataclass(frozen=True, slots=True)
class Looked:
    """A request, what it is linked with, and what the viewer was writing there."""

    request: ServiceRequest
    links: list[Linked]
    draft: dict[str, Any]
    satisfaction: Satisfaction | None = None
    escalation: Escalation | None = None  # the one in force, where it is seen
    manager: str | None = None  # who looks after it
    cloud: CloudPartnerCase | None = None
    went_on_at: datetime | None = None  # the last time
    own_phone: str | None = None  # of whoever looks, in E.164
    replacements: str | None = None  # see `of_request.read_rows`


def look_at(session: ScopedSession, request_id: int, *, person_id: int, draft: str = "") -> Looked:
    """One statement; 404 for what is not seen."""
    values = {"request_id": request_id, "person_id": person_id, "draft": draft}
    rows = session.execute(request_and_links(), values).all()
    if not rows:
        abort(404)
    request, _link, _id, _subject, kept, *beside = rows[0]
    links = [_linked(row, request) for row in rows if row[1] is not None]
    seen = [it for it in links if it.subject or it.internal]
    return Looked(request, seen, dict(kept.content) if kept else {}, *beside)


def _linked(row: Any, request: ServiceRequest) -> Linked:
    link, other_id, subject = row[1], row[2], row[3]
    return Linked(
        kind=link.kind,
        reference=reference(PREFIX, other_id) if other_id else link.other_reference,
        subject=subject or "",
        outward=link.request_id == request.id,
        internal=link.internal,
        at=link.linked_at,
    )
