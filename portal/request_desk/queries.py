"""What the desk looks up beside a request."""

from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.accounts.models import Membership, User
from portal.accounts.queries import holding
from portal.agreements.models import Agreement
from portal.base.access import GRANTS, Permission
from portal.base.plans import KEPT
from portal.service_requests.desk_models import StandardAnswer, TimeSpent
from portal.service_requests.list_indexes import unfinished
from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import OPEN

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


def _followers(request_id: Any) -> Any:
    """Whoever hears what happens, a line for each: the id, which side, and the name."""
    side = case((Follower.internal, "staff"), else_="customer")
    line = Follower.user_id.concat(" ").concat(side).concat(" ").concat(User.name)
    query = select(func.aggregate_strings(line, "\n")).select_from(Follower)
    here = Follower.request_id == request_id, Follower.muted.is_(False)
    return query.join(User, User.id == Follower.user_id).where(*here).scalar_subquery()


def _plan(account_id: Any, today: Any) -> Any:
    """The agreement in force; of several, the one that lasts longest."""
    here = Agreement.account_id == account_id
    in_force = Agreement.starts_on <= today, Agreement.ends_on >= today
    longest = Agreement.ends_on.desc(), Agreement.starts_on.desc(), Agreement.number.desc()
    query = select(Agreement.id).where(here, *in_force).order_by(*longest).limit(1)
    return query.scalar_subquery()


@cache
def beside(*, of_device: bool, most: int) -> Select[Any]:
    """By `request_id`, `account_id`, `today` and, `of_device`, `product_id`: the minutes spent on a
    request, who follows it and the plan in force, in each row; and other requests of its device,
    then open ones of its account, the newest first. One row at least, without another where there
    is none."""
    other: Any = aliased(ServiceRequest)
    number = bindparam("request_id", type_=Integer)
    account_id, today = bindparam("account_id", type_=Integer), bindparam("today", type_=Date)
    plan = aliased(Agreement)
    minutes = (
        select(func.coalesce(func.sum(TimeSpent.minutes), 0))
        .where(TimeSpent.request_id == number)
        .scalar_subquery()
    )
    found = _others(of_device, most)
    return (
        select(
            minutes.label("minutes"),
            _followers(number).label("followers"),
            plan.number.label("plan"),
            plan.ends_on,
            *(other.id, other.subject, other.status, other.opened_at, other.product_id),
        )
        .select_from(ServiceRequest)
        .outerjoin(plan, plan.id == _plan(account_id, today))
        .outerjoin(found, true())
        .outerjoin(other, other.id == found.c.id)
        .where(ServiceRequest.id == number)
        .order_by(found.c.same.desc(), found.c.id.desc())
        .limit(most)
        .execution_options(**KEPT)
    )


def _others(of_device: bool, most: int) -> Subquery:
    """Which they are. Each kind is found in an index of its own: together they are not."""
    other: Any = aliased(ServiceRequest)
    names = ("request_id", "account_id", "product_id")
    number, account_id, product_id = (bindparam(name, type_=Integer) for name in names)
    here = other.account_id == account_id, other.id != number

    def newest(same: int, *where: ColumnElement[bool]) -> Any:
        ids = select(other.id, literal(same).label("same")).where(*here, *where)
        some = ids.order_by(other.id.desc()).limit(most).subquery()
        return select(some.c.id, some.c.same)

    still_open = newest(0, other.status.in_(OPEN), *unfinished(other))
    if not of_device:
        return cast("Subquery", still_open.subquery())
    elsewhere = func.coalesce(other.product_id, 0) != product_id
    still_open = newest(0, other.status.in_(OPEN), *unfinished(other), elsewhere)
    return union_all(newest(1, other.product_id == product_id), still_open).subquery()


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
