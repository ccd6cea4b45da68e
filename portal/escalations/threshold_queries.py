"""Which clocks run towards their end, and what was told of them already."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.escalations.models import ThresholdNotice
from portal.escalations.queries import MANAGING
from portal.escalations.rules import DUE, NEAR
from portal.service_requests.clocks import StepKind
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import in_force
from portal.service_requests.rules import RESTING, RUNNING
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget

Target = ServiceRequestTarget


def running_targets(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Targets whose clock runs and of which not everything is told, the nearest first.

    `key` says which they are. A change of severity measures one anew, and so is part of it; but
    one that was missed by then stays what it was.
    """
    step = ServiceRequestStep
    since = (
        select(func.coalesce(func.max(step.id), 0))
        .where(step.request_id == Target.request_id, step.kind == StepKind.SEVERITY)
        .where(step.severity == Target.severity, step.at >= Target.started_at)
        .where(or_(Target.missed_at.is_(None), step.at < Target.missed_at))
        .correlate(Target)
        .scalar_subquery()
    )
    key = literal("target ") + cast(Target.number, String) + "." + cast(since, String)

    def told(percent: int) -> ColumnElement[bool]:
        return (
            exists()
            .where(ThresholdNotice.request_id == Target.request_id, ThresholdNotice.target == key)
            .where(ThresholdNotice.percent == percent)
            .correlate(Target)
        )

    listed: Any = select(
        Target.id,
        Target.request_id,
        Target.account_id,
        Target.kind,
        Target.severity,
        Target.due_at,
        ServiceRequest.targets,
        key.label("key"),
        told(NEAR).label("near_told"),
    )
    found: Select[Any] = (
        listed.join(ServiceRequest, ServiceRequest.id == Target.request_id)
        .join(Account, Account.id == Target.account_id)
        .where(Target.met_at.is_(None), Target.due_at.is_not(None), ~told(DUE))
        .where(ServiceRequest.status.in_(RUNNING), Account.closed_at.is_(None), *conditions)
        .order_by(Target.due_at)
    )
    return found


def to_be_told(now: datetime) -> ColumnElement[bool]:
    """Those that have come near, by an index: of what is far from its end nobody reads a row."""
    return Target.near_at <= now


def promises_due(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Escalations in force whose promise runs, the nearest first."""
    listed: Any = select(
        Escalation.id, Escalation.request_id, Escalation.account_id, Escalation.next_update_due_at
    )
    found: Select[Any] = (
        listed.join(Escalation.request)
        .join(Account, Account.id == Escalation.account_id)
        .where(in_force(), ServiceRequest.status.not_in(RESTING), Account.closed_at.is_(None))
        .where(*conditions)
        .order_by(Escalation.next_update_due_at)
    )
    return found


def promises_told(request_ids: list[int]) -> Select[int, str]:
    return select(ThresholdNotice.request_id, ThresholdNotice.target).where(
        ThresholdNotice.request_id.in_(request_ids),
        ThresholdNotice.target.startswith("promise "),
    )


def escalation_told(escalation_id: int) -> Select[Escalation]:
    """An escalation with what a mail says of it."""
    return (
        select(Escalation)
        .options(
            joinedload(Escalation.owner),
            joinedload(Escalation.request).joinedload(ServiceRequest.account),
        )
        .where(Escalation.id == escalation_id)
    )


def agents() -> Select[User]:
    return _staff(User.staff_role == Role.AGENT)


def managing() -> Select[User]:
    return _staff(User.staff_role.in_(MANAGING))


def _staff(which: ColumnElement[bool]) -> Select[User]:
    return select(User).where(which, User.deactivated_at.is_(None)).order_by(User.id)
