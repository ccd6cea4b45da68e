"""Who works with requests, and which requests are whose to do something about."""

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from portal.accounts.models import Account, User
from portal.accounts.queries import holding
from portal.agreements.queries import customers_like
from portal.base.access import GRANTS, STAFF_ROLES, Permission, Role
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.list_indexes import unfinished
from portal.service_requests.models import ServiceRequest

WORKING = [role for role in STAFF_ROLES if Permission.REQUESTS_WORK in GRANTS[role]]


def colleagues_called(name: str) -> Select[User]:
    """Those who work with requests and have this in their name or address."""
    whose = or_(User.email == name.lower(), _named(name))
    here = User.staff_role.in_(WORKING), User.deactivated_at.is_(None)
    return select(User).where(*here, whose).order_by(User.name_key, User.id)


def owners_called(name: str) -> Select[int]:
    """All of staff with this in their name: requests may be whose they are no more."""
    return select(User.id).where(User.staff_role.is_not(None), _named(name))


def team_of(role: Role | None) -> Select[int]:
    """A team is everyone of staff in the same role."""
    return select(User.id).where(User.staff_role == role)


def owned_by(people: Select[int]) -> ColumnElement[bool]:
    """It is one of these who has it. By an index of owners, or joined with them, all that many of
    them have would be put in order only to show the first; what is asked like this is asked of
    each row, and so the queue is walked."""
    return ServiceRequest.owner_id.in_(people).is_(True)


def owned_by_nobody() -> ColumnElement[bool]:
    """Hidden from the index of owners, which holds less of what is asked for."""
    return func.coalesce(ServiceRequest.owner_id, 0) == 0


def of_customers(ids: Select[int]) -> ColumnElement[bool]:
    """It is one of these customers'. Asked like owners: by the index of customers, what has long
    been closed would be looked through as well."""
    return ServiceRequest.account_id.in_(ids).is_(True)


def standing_escalated() -> ColumnElement[bool]:
    """Those that a manager looks after, or should; also what staff escalated among themselves. Of
    those there are few, and so they are found from there."""
    open_ones = select(Escalation.request_id).where(Escalation.ended_at.is_(None))
    since = ServiceRequest.escalated_at.is_not(None)
    return and_(since, ServiceRequest.id.in_(open_ones))


def staff_ids() -> Select[int]:
    return select(User.id).where(User.staff_role.is_not(None))


def customer_ids(text: str) -> Select[int]:
    """The customers with this in their name, or whose master account ID begins like it; and one
    as the field offers it, by both."""
    name, _comma, number = text.rpartition(", ")
    return customers_like(number if name else text).with_only_columns(Account.id).order_by(None)


def left_to_do() -> list[ColumnElement[bool]]:
    """What is unfinished, but for what nobody can finish since the customer is gone."""
    gone = select(Account.id).where(Account.closed_at.is_not(None))
    return [*unfinished(), ServiceRequest.account_id.not_in(gone)]


def accounts_of(request_ids: list[int]) -> Select[int, int]:
    """Whose requests these are: accounts and ids, in an order in which everybody takes them."""
    columns = ServiceRequest.account_id, ServiceRequest.id
    return select(*columns).where(ServiceRequest.id.in_(request_ids)).order_by(*columns)


def next_in_line(most: int) -> Select[int, int]:
    """Those that nobody has, the most urgent first."""
    columns = ServiceRequest.id, ServiceRequest.account_id
    free = select(*columns).where(ServiceRequest.owner_id.is_(None), *left_to_do())
    return free.order_by(ServiceRequest.due_at.asc().nulls_last(), ServiceRequest.id).limit(most)


def _named(name: str) -> ColumnElement[bool]:
    """Nobody is called by signs alone."""
    words = holding(User.name_fold, name)
    return and_(*words) if words else false()
