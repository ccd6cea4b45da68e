"""A service request and the replacements that were asked for in it: each tells of the other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import String, case, cast, func, select

from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY, Stage
from portal.service_requests.deeds import hold, settle
from portal.service_requests.handling import change_status
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import STOPPED, Status


@dataclass(frozen=True, slots=True)
class Row:
    """A replacement as the page of its request tells of it."""

    id: int
    stage: Stage
    promised_on: date | None
    delivered_on: date | None
    expected_on: date | None
    waits_for_stock: bool


def told_with_request(request_id: Any) -> Any:
    """Its replacements as one text, so that they come along with the request in its statement."""
    days = (Replacement.promised_on, Replacement.delivered_on, Replacement.expected_on)
    parts: list[Any] = [cast(Replacement.id, String), cast(Replacement.stage, String)]
    parts += [func.coalesce(cast(each, String), "-") for each in days]
    parts.append(case((Replacement.waits_for_stock, "1"), else_="0"))
    line = parts[0]
    for part in parts[1:]:
        line = line + " " + part
    told: Any = select(func.aggregate_strings(line, "\n"))
    return told.where(Replacement.request_id == request_id).scalar_subquery()


def read_rows(told: str | None) -> list[Row]:
    """The newest first."""
    return sorted(map(_row, (told or "").splitlines()), key=lambda it: it.id, reverse=True)


def _row(line: str) -> Row:
    number, stage, *days, waits = line.split(" ")
    promised, delivered, expected = (
        None if day == "-" else date.fromisoformat(day) for day in days
    )
    return Row(int(number), Stage(stage), promised, delivered, expected, waits == "1")


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
