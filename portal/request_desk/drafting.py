"""What somebody at the desk is writing in a request: an answer and a note, each by itself."""

from collections.abc import Mapping
from datetime import datetime

from portal.base.tenancy import ScopedSession
from portal.service_requests import drafting
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import LONGEST_TEXT

ANSWER, NOTE = ("text", "status", "waiting_for"), ("note",)


def key_of(reference: str) -> str:
    return f"desk {reference}"


def keep_draft(
    session: ScopedSession,
    request: ServiceRequest,
    said: Mapping[str, str],
    *,
    person_id: int,
    now: datetime,
) -> None:
    """Keep what was typed in one of the forms; what was kept of the other stays."""
    typed = {name: said[name][: LONGEST_TEXT - 500] for name in (*ANSWER, *NOTE) if name in said}
    _put(session, request, typed, person_id, now)


def forget_draft(
    session: ScopedSession,
    request: ServiceRequest,
    names: tuple[str, ...],
    *,
    person_id: int,
    now: datetime,
) -> None:
    """What was sent is no draft any more; what stands in the other form stays."""
    _put(session, request, dict.fromkeys(names, ""), person_id, now)


def _put(
    session: ScopedSession,
    request: ServiceRequest,
    said: Mapping[str, str],
    person_id: int,
    now: datetime,
) -> None:
    key = key_of(request.reference)
    found = drafting.find_draft(session, key, person_id=person_id)
    told = {
        name: text for name, text in ((found.content if found else {}) | dict(said)).items() if text
    }
    if told.keys() & {"text", "note"}:
        drafting.keep_draft(session, key, told, person_id=person_id, now=now)
    elif found:
        drafting.drop_draft(session, key, person_id=person_id)
