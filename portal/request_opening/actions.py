"""Opening what a form asks for, all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime

from portal.base.files import StoredFile
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.request_opening.queries import was_sent
from portal.request_opening.rules import DRAFT_KEY
from portal.service_requests.drafting import drop_draft, find_draft
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Opening, open_request
from portal.service_requests.own_models import Draft


def open_requests(
    session: ScopedSession,
    asked: Sequence[Opening],
    *,
    by: Doer,
    now: datetime,
    files: Sequence[StoredFile] = (),
) -> list[ServiceRequest]:
    """Open one after the other, at the same moment: by it their receipt knows them."""
    return [open_request(session, it, by=by, now=now, files=files) for it in asked]


def waiting_draft(session: ScopedSession, *, person_id: int) -> Draft | None:
    """What somebody has not sent yet. A window that came too late may have kept what was sent."""
    draft = find_draft(session, DRAFT_KEY, person_id=person_id)
    token = str(draft.content.get("token", "")) if draft else ""
    sent = token and session.scalars(was_sent(person_id, token)).first()
    return None if sent else draft


def drop_what_was_sent(session: ScopedSession, token: str, *, person_id: int) -> None:
    """Forget the draft of this very form. One that was begun elsewhere stays."""
    draft = find_draft(session, DRAFT_KEY, person_id=person_id)
    if draft and draft.content.get("token") == token:
        drop_draft(session, DRAFT_KEY, person_id=person_id)
