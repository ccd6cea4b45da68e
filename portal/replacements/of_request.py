"""A service request and the replacements that were asked for in it: each tells of the other."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.replacements.list_queries import replacements_listed
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY, Stage
from portal.service_requests.deeds import hold, settle
from portal.service_requests.handling import change_status
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import STOPPED, Status

MOST = 20


def replacements_of_request(session: ScopedSession, request_id: int) -> Sequence[Any]:
    """As rows of a list, the newest first."""
    listed = replacements_listed(Replacement.request_id == request_id)
    return session.execute(listed.order_by(Replacement.id.desc()).limit(MOST)).all()


def way_to_ask(request: ServiceRequest) -> str:
    """Where one asks for a new device in a request: about its device, where it has one."""
    told = {"request": request.reference}
    if request.product:
        told["product"] = request.product.reference
    elif request.model:
        told["q"] = request.model.name
    return f"/replacements/new?{urlencode(told)}"


def note_asked(session: ScopedSession, it: Replacement, *, by: Doer, now: datetime) -> None:
    """Let the story of the request tell that a replacement was asked for."""
    if it.request_id is None:
        return
    request = hold(session, session.get_one(ServiceRequest, it.request_id))
    happened(session, request, What.REPLACEMENT_ASKED, by=by, replacement=it.reference)
    settle(session, request, now=now)


def follow(session: ScopedSession, it: Replacement, *, now: datetime) -> None:
    """Move the request on with its replacements: it waits for them, then a solution is proposed.

    What is closed stays so: whoever closed it knew of the parcel.
    """
    if it.request_id is None:
        return
    request = hold(session, session.get_one(ServiceRequest, it.request_id))
    stages = select(Replacement.stage).where(Replacement.request_id == request.id)
    after = goes_to(request.status, session.scalars(stages).all())
    if after is not None:
        change_status(session, request, after, by=None, now=now)


def goes_to(status: Status, stages: Collection[Stage]) -> Status | None:
    """Where a request goes as its replacements stand; None where it stays."""
    if status in STOPPED:
        return None
    if any(each in {Stage.APPROVED, *ON_THE_WAY} for each in stages):
        after = Status.REPLACEMENT
    elif status is not Status.REPLACEMENT:
        return None
    elif Stage.DELIVERED in stages:
        after = Status.SOLUTION_PROPOSED
    elif Stage.REQUESTED in stages:
        return None
    else:  # all were called off
        after = Status.IN_PROGRESS
    return after if after is not status else None
