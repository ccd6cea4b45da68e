"""What the desk's page of a request shows: what the customer's does, and what is ours."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from portal.base.clock import day_of
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.base.text import sort_key
from portal.incidents.incidents import Shown as Incident
from portal.incidents.incidents import incidents_of
from portal.known_issues.issues import Issue, issues_of, known_issues_like
from portal.request_desk.beside_queries import beside
from portal.request_desk.drafting import key_of
from portal.request_desk.held_answers import Offered, answers_of
from portal.request_desk.reaching import id_of
from portal.request_pages.looking import Looked, look_at
from portal.request_pages.parts import Place
from portal.request_pages.showing import Shown, show
from portal.request_pages.story import Line, Reader, Side, Sort
from portal.service_requests.models import PREFIX, ServiceRequest

MOST_OTHERS = 6


@dataclass(frozen=True, slots=True)
class Other:
    """Another request of the same device or account."""

    reference: str
    subject: str
    status: Any
    opened_at: datetime
    same_device: bool


@dataclass(frozen=True, slots=True)
class Following:
    """Somebody who hears what happens; that staff do the customer does not see."""

    user_id: int
    name: str
    internal: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The agreement that is in force for the customer."""

    number: str
    ends_on: date


@dataclass(frozen=True, slots=True)
class Desk:
    """What staff see beside what was said."""

    it: Shown
    others: list[Other]
    minutes: int
    plan: Plan | None
    followers: list[Following]
    answers: dict[int, Offered]
    issue: Issue | None
    incident: Incident | None
    like: list[Issue]  # known issues that it may be one of
    draft: dict[str, Any]

    @property
    def request(self) -> ServiceRequest:
        return self.it.request

    def newest_of_others(self, number: int) -> list[Line]:
        """What others said last, in the order they said it."""
        said = (it for it in self.it.timeline if it.sort is Sort.MESSAGE)
        return [it for it in said if it.side is not Side.YOU][:number][::-1]


def look(session: ScopedSession, ref: str, *, person_id: int) -> Looked:
    number = id_of(ref)
    draft = key_of(reference(PREFIX, number))
    return look_at(session, number, person_id=person_id, draft=draft)


def show_desk(
    session: ScopedSession, looked: Looked, *, person_id: int, now: datetime, place: Place
) -> Desk:
    request = looked.request
    of_device = request.product_id is not None
    values: dict[str, Any] = {"request_id": request.id, "account_id": request.account_id}
    values["today"] = day_of(now)
    if request.product_id is not None:
        values["product_id"] = request.product_id
    rows = session.execute(beside(of_device=of_device, most=MOST_OTHERS), values).all()
    issues = issues_of(session)
    known = issues.get(request.known_issue_id)
    subject, model_id = request.subject, request.model_id
    reader = _reader(request, person_id)
    return Desk(
        it=show(session, looked, reader, now=now, place=place, followers=False),
        others=[_other(row, request) for row in rows if row.id],
        minutes=rows[0].minutes if rows else 0,
        plan=Plan(rows[0].plan, rows[0].ends_on) if rows and rows[0].plan else None,
        followers=_following(rows[0].followers if rows else ""),
        answers=answers_of(session),
        issue=known,
        incident=incidents_of(session).get(request.incident_id) if request.incident_id else None,
        like=[] if known else known_issues_like(session, subject, model_id),
        draft=looked.draft,
    )


def _other(row: Any, request: ServiceRequest) -> Other:
    same = bool(request.product_id) and row.product_id == request.product_id
    return Other(reference(PREFIX, row.id), row.subject, row.status, row.opened_at, same)


def _following(told: str | None) -> list[Following]:
    """The customer's people first, each side by name."""
    lines = (line.split(" ", 2) for line in (told or "").splitlines())
    found = [Following(int(id), name, side == "staff") for id, side, name in lines]
    return sorted(found, key=lambda it: (it.internal, sort_key(it.name)))


def _reader(request: ServiceRequest, person_id: int) -> Reader:
    number = request.reference
    return Reader(
        person_id=person_id,
        outside=True,
        partner=None,
        file_href=lambda file_id: url_for("request_desk.file", ref=number, file_id=file_id),
        request_href=lambda other: url_for("request_desk.show", ref=other),
    )
