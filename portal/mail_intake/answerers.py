"""Whose answer a mail that was set aside may be: only people are offered whom the deed takes."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, select

from portal.accounts.grants import Grant, usable
from portal.accounts.job_rights import account_scope
from portal.accounts.models import Account, Membership, Partner, User
from portal.base.access import GRANTABLE, GRANTS, Permission, Role
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.mail_intake.models import InboundMail
from portal.service_requests.models import ServiceRequest

Opened = Callable[[Scope], ScopedSession]
MAY = Permission.REQUESTS_CHANGE


def answerers(
    opened: Opened, mail: InboundMail, request: ServiceRequest, today: date
) -> Sequence[User]:
    """The person whose address it is from, if we know it; else whoever takes part and may answer.

    `opened` gives a session to read with, in a scope.
    """
    with opened(NOBODY) as session:
        known = session.scalars(select(User).where(User.email == mail.sender)).one_or_none()
        rows = [] if known else session.execute(_taking_part(request, today)).all()
        found = [user for user, role, grant in rows if _may(role, grant)]
        session.expunge_all()
    if known is None:
        return found
    return [known] if scope_of(opened, known, request, today) else []


def scope_of(opened: Opened, user: User, request: ServiceRequest, today: date) -> Scope | None:
    """That person's own, as it is now, if they may still answer and see the request in it.

    What is ours is never taken from a mail.
    """
    told = {"user_id": user.id, "account_id": request.account_id}
    with opened(NOBODY) as session:
        scope = account_scope(session, permission=MAY, today=today, **told)
    if scope is None or scope.staff:
        return None
    with opened(scope) as session:
        return scope if session.get(ServiceRequest, request.id) else None


def _taking_part(request: ServiceRequest, today: date) -> Select[*tuple[Any, ...]]:
    """Whoever takes part in a request and is not of staff, and by what they come to the account."""
    theirs = Membership.account_id == request.account_id, Membership.in_force()
    granted = Grant.account_id == request.account_id
    people = [int(each) for each in request.people.strip(",").split(",") if each]
    return (
        select(User, Membership.role, Grant)
        .select_from(User)
        .join(Account, Account.id == request.account_id)
        .outerjoin(Membership, and_(Membership.user_id == User.id, *theirs))
        .outerjoin(Partner, Partner.id == User.partner_id)
        .outerjoin(Grant, and_(usable(today), granted))
        .where(User.id.in_(people), User.staff_role.is_(None), User.deactivated_at.is_(None))
        .where(Account.closed_at.is_(None), Partner.closed_at.is_(None))
        .order_by(User.name, User.id)
    )


def _may(role: Role | None, grant: Grant | None) -> bool:
    held = GRANTS[role] if role else frozenset()
    return MAY in held or (grant is not None and MAY in grant.allows() & GRANTABLE)
