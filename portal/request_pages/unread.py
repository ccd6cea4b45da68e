"""Answers that came since somebody looked at a request: read first, before it is closed."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from portal.base.tenancy import ScopedSession
from portal.service_requests.models import ServiceRequestMessage


def answers_of_others(request_id: int, person_id: int) -> Select[ServiceRequestMessage]:
    """What others wrote for everybody to read, the newest first."""
    message = ServiceRequestMessage
    return (
        select(message)
        .where(message.request_id == request_id, message.internal.is_(False))
        .where(func.coalesce(message.author_id, 0) != person_id)
        .options(joinedload(message.author))
        .order_by(message.id.desc())
    )


def unread(
    session: ScopedSession, request_id: int, heard: int | None, *, person_id: int
) -> tuple[Sequence[ServiceRequestMessage], int]:
    """Those after the first `heard`, as they were said; and how many there are in all."""
    found = session.scalars(answers_of_others(request_id, person_id)).all()
    new = [] if heard is None else found[: max(0, len(found) - heard)]
    return new[::-1], len(found)
