"""What the desk looks up beside a request."""

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    or_,
    select,
)

from portal.accounts.models import Membership, User
from portal.accounts.queries import holding
from portal.base.access import GRANTS, Permission
from portal.service_requests.desk_models import StandardAnswer
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage

WORKING = [role for role, held in GRANTS.items() if Permission.REQUESTS_WORK in held]


def standard_answers(*, retired: bool = False) -> Select[StandardAnswer]:
    """Those that are offered, by their titles; or those that were once."""
    gone = StandardAnswer.retired_at
    query = select(StandardAnswer).where(gone.is_not(None) if retired else gone.is_(None))
    return query.order_by(func.lower(StandardAnswer.title), StandardAnswer.id)


def working_with_requests() -> Select[User]:
    """Who a request can be given to."""
    here = User.staff_role.in_(WORKING), User.deactivated_at.is_(None)
    return select(User).where(*here).order_by(User.name, User.id)


def may_follow(account_id: int) -> Select[User]:
    """The customer's own people, and those of staff who work with requests."""
    theirs = select(Membership.user_id).where(
        Membership.account_id == account_id, Membership.in_force()
    )
    who = or_(User.id.in_(theirs), User.staff_role.in_(WORKING))
    query = select(User).where(who, User.deactivated_at.is_(None))
    return query.order_by(User.name_key, User.id)


def may_follow_like(account_id: int, text: str) -> Select[User]:
    return may_follow(account_id).where(_like(text))


def people_of(account_id: int) -> Select[User]:
    """The customer's own people."""
    return may_follow(account_id).where(User.staff_role.is_(None))


def people_like(account_id: int, text: str) -> Select[User]:
    return people_of(account_id).where(_like(text))


def _like(text: str) -> ColumnElement[bool]:
    named = holding(User.name_fold, text)
    addressed = User.email.startswith(text.lower(), autoescape=True)
    return or_(addressed, *([and_(*named)] if named else []))


def named_exactly(email: str, name_key: str) -> ColumnElement[bool]:
    return or_(User.email == email, User.name_key == name_key)


def others_like(
    account_id: int, request_id: int, text: str, number: int | None
) -> Select[ServiceRequest]:
    """Other requests of the account that what is typed may mean, the newest first."""
    words = (ServiceRequest.subject.icontains(each, autoescape=True) for each in text.split())
    other = ServiceRequest.account_id == account_id, ServiceRequest.id != request_id
    meant = or_(ServiceRequest.id == number, and_(*words))
    return select(ServiceRequest).where(*other, meant).order_by(ServiceRequest.id.desc())


def said_by_others(request_id: int, person_id: int) -> Select[int]:
    """How many messages and notes of a request are not by this person."""
    message = ServiceRequestMessage
    theirs = func.coalesce(message.author_id, 0) != person_id
    return select(func.count(message.id)).where(message.request_id == request_id, theirs)
