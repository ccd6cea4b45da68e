"""Telling in time: of targets that are nearly used up, and of promises that are due. Each once.

What is told and the row that says so are one transaction: whoever dies in between told nothing, and
of two who come upon the same the second finds the row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal.accounts.models import User
from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.db import broke
from portal.base.jobs import every, handles
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.escalations.mails import critical_mails, given_mail, promise_mails, target_mails
from portal.escalations.models import ThresholdNotice
from portal.escalations.rules import DUE, NEAR, reached
from portal.escalations.threshold_queries import (
    escalation_told,
    promises_due,
    promises_told,
    running_targets,
    to_be_told,
)
from portal.service_requests.clocks import allowed
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import request_locked, request_with_id
from portal.service_requests.step_models import ServiceRequestTarget

_WHY = "deadlines of service requests"
_EVERYTHING = Scope(None, None, staff=True, reason=_WHY)
_AT_ONCE = 500


@every("escalations.thresholds", minutes=1, limit=600)
def tell_of_thresholds(run: Run) -> None:
    now = clock.now()
    with run.reading(_EVERYTHING) as session:
        near = session.execute(running_targets(to_be_told(now)))
        targets = [it for it in near if _news(it, now)]
        promises = _promises(session, now)
    for row in targets:
        _tell_of_target(run, row, now)
        run.beat()
    for row in promises:
        _tell_of_promise(run, row, now)
        run.beat()


@handles("escalations.tell_owner")
def tell_owner(run: Run, *, escalation_id: int, owner_id: int) -> None:
    """That it was handed to them, if it still is theirs."""
    account_id = run.job.account_id or 0
    with run.session(_scope(account_id)) as session:
        escalation = session.scalars(escalation_told(escalation_id)).one_or_none()
        if escalation and escalation.owner_id == owner_id and escalation.ended_at is None:
            owner = session.get_one(User, owner_id)
            if owner.deactivated_at is None:
                given_mail(session, owner, escalation, run.settings.portal_url)
        run.finish(session)


@handles("escalations.tell_critical")
def tell_critical(run: Run, *, request_id: int, by_id: int) -> None:
    """That there is one that nobody has, if that is still so."""
    account_id = run.job.account_id or 0
    with run.session(_scope(account_id)) as session:
        request = session.scalars(request_with_id(request_id)).one_or_none()
        critical = request and request.severity is Severity.CRITICAL and request.is_open
        if request and critical and request.owner_id is None:
            critical_mails(session, request, run.settings.portal_url, but=by_id)
        run.finish(session)


def _news(row: Any, now: datetime) -> int:
    """The threshold that a target has come to and that is not told yet; 0: there is none."""
    percent = reached(row.due_at, allowed(row.targets, row.kind, row.severity), now)
    return 0 if percent == NEAR and row.near_told else percent


def _tell_of_target(run: Run, row: Any, now: datetime) -> None:
    with run.session(_scope(row.account_id)) as session:
        request = session.scalars(request_locked(row.request_id)).one_or_none()
        # As it is by now: meanwhile somebody may have answered, or told it.
        found = session.execute(running_targets(ServiceRequestTarget.id == row.id)).one_or_none()
        if request is None or found is None or not (percent := _news(found, now)):
            return
        if _first(session, request, found.key, percent, now):
            if percent == DUE and not found.near_told:  # too late to be told of
                _first(session, request, found.key, NEAR, now)
            target_mails(session, request, found, percent, run.settings.portal_url)


def _promises(session: ScopedSession, now: datetime) -> list[Any]:
    due = session.execute(promises_due(Escalation.next_update_due_at <= now)).all()
    told: set[tuple[int, str]] = set()
    for start in range(0, len(due), _AT_ONCE):
        ids = [row.request_id for row in due[start : start + _AT_ONCE]]
        told.update((row[0], row[1]) for row in session.execute(promises_told(ids)))
    return [row for row in due if (row.request_id, _key(row)) not in told]


def _tell_of_promise(run: Run, row: Any, now: datetime) -> None:
    with run.session(_scope(row.account_id)) as session:
        request = session.scalars(request_locked(row.request_id)).one_or_none()
        due = promises_due(Escalation.id == row.id, Escalation.next_update_due_at <= now)
        found = session.execute(due).one_or_none()
        if request is None or found is None:
            return
        if _first(session, request, _key(found), DUE, now):
            escalation = session.scalars(escalation_told(row.id)).one()
            promise_mails(session, escalation, run.settings.portal_url)


def _key(row: Any) -> str:
    """A promise is another one when it is for another time."""
    return f"promise {row.id}.{int(row.next_update_due_at.timestamp())}"


def _first(
    session: ScopedSession, request: ServiceRequest, target: str, percent: int, now: datetime
) -> bool:
    """Write that it is told; whether nobody did before."""
    told = ThresholdNotice(
        request_id=request.id,
        account_id=request.account_id,
        internal=True,
        target=target,
        percent=percent,
        told_at=now,
    )
    try:
        with session.begin_nested():
            session.add(told)
    except IntegrityError as error:
        if not broke(error, "uq_threshold_notice_request_id_target_percent"):
            raise
        return False
    return True


def _scope(account_id: int) -> Scope:
    return Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)
