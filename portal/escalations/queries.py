"""Lists of escalations for the board, and one of them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from portal.accounts.models import Account, User
from portal.base.access import GRANTS, Permission
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import in_force

MANAGING = [role for role, held in GRANTS.items() if Permission.ESCALATIONS_MANAGE in held]


def board(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The columns of the board, in no order: what stands escalated."""
    return _listed().where(in_force(), *conditions)


def ended() -> Select[Any]:
    """The same of what is over: the last escalation of each request that is escalated no more."""
    later: Any = aliased(Escalation)
    newest = select(func.max(later.id)).where(later.request_id == Escalation.request_id)
    return _listed().where(
        ServiceRequest.escalated_at.is_(None),
        Escalation.id == newest.correlate(Escalation).scalar_subquery(),
    )


def _listed() -> Select[Any]:
    listed: Any = select(
        Escalation.id,
        Escalation.request_id,
        Escalation.internal,
        Escalation.reason,
        Escalation.escalated_at,
        Escalation.owner_id,
        Escalation.next_update_due_at,
        Escalation.remedy,
        Escalation.remedy_at,
        Escalation.accepted_at,
        Escalation.ended_at,
        Escalation.version,
        ServiceRequest.subject,
        ServiceRequest.severity,
        ServiceRequest.status,
        Account.name.label("customer"),
        User.name.label("owner"),
    )
    joined: Select[Any] = (
        listed.join(Escalation.request)
        .join(Account, Account.id == Escalation.account_id)
        .outerjoin(Escalation.owner)
    )
    return joined


def last_of(request_id: int | None) -> Select[Escalation]:
    """The latest escalation of a request, in force or over, with all that its page tells."""
    return (
        select(Escalation)
        .join(Escalation.request)
        .join(ServiceRequest.account)
        .options(
            contains_eager(Escalation.request).contains_eager(ServiceRequest.account),
            joinedload(Escalation.owner),
            joinedload(Escalation.escalated_by),
        )
        .where(Escalation.request_id == request_id)
        .order_by(Escalation.id.desc())
        .limit(1)
    )


def managers() -> Select[User]:
    """Whoever may look after an escalation."""
    return (
        select(User)
        .where(User.staff_role.in_(MANAGING), User.deactivated_at.is_(None))
        .order_by(User.name, User.id)
    )
