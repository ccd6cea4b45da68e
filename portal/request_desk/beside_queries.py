"""What stands beside a request at the desk, in one statement."""

from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.accounts.models import User
from portal.agreements.models import Agreement
from portal.base.plans import KEPT
from portal.service_requests.desk_models import TimeSpent
from portal.service_requests.list_indexes import unfinished
from portal.service_requests.models import Follower, ServiceRequest
from portal.service_requests.rules import OPEN


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
    number, account_id = (bindparam(name, type_=Integer) for name in ("request_id", "account_id"))
    today = bindparam("today", type_=Date)
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
