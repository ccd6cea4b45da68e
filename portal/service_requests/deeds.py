"""What every deed on a request is made of: holding it, writing down, moving it, and settling."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from portal.agreements.targets import BY_SEVERITY, targets_with
from portal.base.bilingual import Bilingual
from portal.base.clock import day_of
from portal.base.db import derive, save
from portal.base.history import Doer, What, happened
from portal.base.tenancy import ScopedSession
from portal.base.words import N_
from portal.service_requests.clocks import StepKind, clocks, near
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.indexing import extend_request
from portal.service_requests.models import (
    ServiceRequest,
)
from portal.service_requests.promises import due_of, rested
from portal.service_requests.queries import (
    agreed_targets,
    escalations_open,
    request_locked,
    steps_of,
    targets_of,
)
from portal.service_requests.rules import (
    LONGEST_LINE,
    STOPPED,
    Status,
    Who,
    move,
    one_line,
)
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget


def who(session: ScopedSession, by: Doer | None) -> Who:
    if by is None:
        return Who.PORTAL
    return Who.STAFF if session.scope.staff else Who.CUSTOMER


def hold(session: ScopedSession, request: ServiceRequest) -> ServiceRequest:
    """The request as it is now, which nobody else writes until this transaction ends.

    So of many who answer at once each adds to what the one before left.
    """
    session.flush()
    return session.scalars(request_locked(request.id)).one()


def put(
    session: ScopedSession, request: ServiceRequest, version: int | None, **fields: object
) -> None:
    """Write fields; where a form was opened at a version, only if that is still the one."""
    if version is not None:
        save(session, request, version=version, **fields)
        return
    for name, value in fields.items():
        setattr(request, name, value)
    session.flush()


def promised(session: ScopedSession, account_id: int, now: datetime) -> dict[str, int]:
    """The targets that hold for a request opened now: the agreement's, else the plan's."""
    own = session.scalars(agreed_targets(account_id, day_of(now))).first() or {}
    return {key: value for key, value in targets_with(own).items() if key in BY_SEVERITY}


def note_step(
    session: ScopedSession,
    request: ServiceRequest,
    kind: StepKind,
    *,
    by: Doer | None,
    now: datetime,
) -> None:
    session.add(
        ServiceRequestStep(
            request_id=request.id,
            account_id=request.account_id,
            at=now,
            kind=kind,
            status=request.status,
            severity=request.severity,
            by_id=by.id if by else None,
        )
    )


def go_to(
    session: ScopedSession,
    request: ServiceRequest,
    status: Status,
    *,
    waiting_for: str | Bilingual = "",
    by: Doer | None,
    now: datetime,
    version: int | None = None,
    **fields: object,
) -> None:
    """Move it on, if it may go there, with the line that says what is waited for."""
    after = move(request.status, status, who(session, by))
    fields |= _waited_for(after, waiting_for)
    rested(session, request, after, now)
    over = after in {Status.CLOSED, Status.CANCELED}
    if over:
        fields |= {"escalated": False, "escalated_at": None}
        end_escalations(session, request, by=by, now=now)
    if after not in STOPPED:
        fields |= {"solved": None}
    fields |= {"closed_at": now if over else None}
    put(session, request, version, status=after, status_since=now, **fields)
    note_step(session, request, StepKind.STATUS, by=by, now=now)


def _waited_for(status: Status, said: str | Bilingual) -> dict[str, str | None]:
    """What is waited for, as it stands on the request."""
    both = said if isinstance(said, Bilingual) else Bilingual(nb=said)
    missing = N_("Say in a few words what you wait for.")
    needed = missing if status is Status.WAITING_FOR_CUSTOMER else ""
    line = one_line(both.nb, field="waiting_for", most=LONGEST_LINE, missing=needed)
    return {"waiting_for": line, "waiting_for_en": both.en or None}


def wait_for(
    session: ScopedSession,
    request: ServiceRequest,
    waiting_for: str | Bilingual,
    *,
    by: Doer | None,
    version: int | None = None,
) -> bool:
    """Say anew what is waited for, where the request stays; False where that is the same."""
    line = _waited_for(request.status, waiting_for)
    typed, here = line["waiting_for"], (request.waiting_for, request.waiting_for_en)
    if typed == here[0] or (typed and typed == here[1]):  # as it was shown to staff
        return False
    put(session, request, version, **line)
    happened(session, request, What.CHANGED, by=by, fields=["waiting_for"])
    return True


def end_escalations(
    session: ScopedSession, request: ServiceRequest, *, by: Doer | None, now: datetime
) -> list[Escalation]:
    """What managers kept of it is over as well."""
    ended = list(session.scalars(escalations_open(request.id)))
    for escalation in ended:
        escalation.ended_at, escalation.ended_by_id = now, by.id if by else None
    return ended


def settle(
    session: ScopedSession,
    request: ServiceRequest,
    *,
    now: datetime,
    public: bool = True,
    texts: Iterable[str] = (),
    numbers: Iterable[str] = (),
    writers: Iterable[int | None] = (),
    internal: bool = False,
) -> None:
    """Work out anew what follows from the steps, and let it be found as it is now.

    `public`: the customer sees something of it. `internal`: the texts are for staff alone, as is
    who wrote them.
    """
    reckon(session, request, now=now, public=public)
    told: dict[str, Any] = {"numbers": numbers, "writers": writers, "internal": internal}
    extend_request(session, request, texts, **told)


def reckon(
    session: ScopedSession, request: ServiceRequest, *, now: datetime, public: bool = True
) -> None:
    """Store what the clocks come to now."""
    session.flush()
    steps = session.scalars(steps_of(request.id)).all()
    found = clocks(steps, request.targets, now)
    stored = {it.number: it for it in session.scalars(targets_of(request.id))}
    for number, promise in enumerate(found.promises):
        target = stored.get(number) or ServiceRequestTarget(
            request_id=request.id, account_id=request.account_id, number=number
        )
        for name in ("kind", "severity", "started_at", "due_at", "met_at", "missed_at"):
            if getattr(target, name) != getattr(promise, name):
                setattr(target, name, getattr(promise, name))
        near_at = near(promise, request.targets)
        if target.near_at != near_at:
            target.near_at = near_at
        session.add(target)
    seen = {"changed_at": now} if public else {}
    derive(session, request, touched_at=now, **due_of(session, request, found), **seen)
