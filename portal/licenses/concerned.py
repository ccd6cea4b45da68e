"""Whom a license concerns: who decides in the account, who renews it, who gave its seats away.

What each may see is asked with their own rights, as they are now.
"""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, usable
from portal.accounts.job_rights import account_scope
from portal.accounts.models import Membership, User
from portal.base.access import Permission, Role
from portal.base.tenancy import Scope
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.rules import Renewal

NEEDS = Permission.LICENSES_VIEW


def people_concerned(
    session: Session, account_id: int, *, today: date
) -> Iterator[tuple[User, ColumnElement[bool] | None, Scope]]:
    """Each once, with which licenses are theirs to hear of (None: all), and what they see."""
    told: set[int] = set()
    theirs = LicenseAssignment.license_id == License.id, LicenseAssignment.ended_at.is_(None)
    assigners = select(LicenseAssignment.assigned_by_id).where(
        LicenseAssignment.account_id == account_id, LicenseAssignment.ended_at.is_(None)
    )
    query = (
        select(User, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account_id, Membership.in_force())
        .where(User.deactivated_at.is_(None))
        .where((Membership.role == Role.ADMINISTRATOR) | User.id.in_(assigners))
        .order_by(User.id)
    )
    for user, role in session.execute(query).all():
        gave = exists().where(*theirs, LicenseAssignment.assigned_by_id == user.id)
        which = None if role is Role.ADMINISTRATOR else gave
        if (scope := _scope(session, user, account_id, today)) and user.id not in told:
            told.add(user.id)
            yield user, which, scope
    for user in _partners(session, account_id, today):
        if (scope := _scope(session, user, account_id, today)) and user.id not in told:
            told.add(user.id)
            yield user, License.renewal == Renewal.RESELLER, scope


def _partners(session: Session, account_id: int, today: date) -> list[User]:
    query = (
        select(User, Grant)
        .join(Grant, usable(today))
        .where(Grant.account_id == account_id, User.deactivated_at.is_(None))
        .order_by(User.id)
    )
    return [user for user, grant in session.execute(query).all() if NEEDS in grant.allows()]


def _scope(session: Session, user: User, account_id: int, today: date) -> Scope | None:
    return account_scope(
        session, user_id=user.id, account_id=account_id, permission=NEEDS, today=today
    )
