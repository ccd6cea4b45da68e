"""The figures, each set in one statement: how many of what, by each thing that one may ask by."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from portal.accounts.models import Account, User
from portal.base.access import GRANTS, Permission
from portal.catalogue.models import ProductModel
from portal.request_pages.models import Satisfaction
from portal.service_requests.clocks import TargetKind
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import missed
from portal.service_requests.rules import OPEN
from portal.service_requests.step_models import ServiceRequestTarget
from portal.support_figures.rules import AGES, PLEASED

WORKING = [role for role, held in GRANTS.items() if Permission.REQUESTS_WORK in held]
Request, Target = ServiceRequest, ServiceRequestTarget
Conditions = Sequence[ColumnElement[bool]]


def requests_counted(starts: Sequence[datetime], now: datetime, where: Conditions) -> Select[Any]:
    """`by` and `key`: how many were opened, closed and rated in these weeks, and are open now.

    By "opened", "closed" and "rated" the key is the number of the week; by "age" it is an age of
    open ones.
    """
    of = _requests(starts, now, where)
    counts = (
        func.count(of.c.opened).label("opened"),
        func.count(of.c.closed).label("closed"),
        func.count(of.c.age).label("open"),
        func.count(of.c.rated).label("rated"),
        func.count(case((of.c.score >= PLEASED, of.c.rated))).label("satisfied"),
        func.min(case((of.c.age.is_not(None), of.c.opened_at))).label("oldest"),
    )
    by = {
        "all": literal(""),
        "account": _text(of.c.account_id),
        "category": _text(of.c.category),
        "agent": _text(of.c.owner_id),
        "severity": _text(of.c.severity),
        "opened": _text(of.c.opened),
        "closed": _text(of.c.closed),
        "rated": _text(of.c.rated),
        "age": of.c.age,
    }
    return _counted(of, by, counts)


def targets_counted(starts: Sequence[datetime], now: datetime, where: Conditions) -> Select[Any]:
    """`by` and `key`: how many targets were met and missed in these weeks, of both kinds.

    A target counts when it was decided: when it was met in time, or when its time was over.
    """
    of = _targets(starts, now, where)

    def counted(kind: TargetKind, late: int) -> ColumnElement[int]:
        return func.count(case((and_(of.c.kind == kind, of.c.late == late), 1)))

    counts = tuple(
        counted(kind, late).label(f"{kind.value}_{name}")
        for kind in TargetKind
        for late, name in enumerate(("met", "missed"))
    )
    by = {
        "all": literal(""),
        "account": _text(of.c.account_id),
        "category": _text(of.c.category),
        "agent": _text(of.c.owner_id),
        "severity": _text(of.c.severity),
        "week": _text(of.c.week),
    }
    return _counted(of, by, counts)


def staff_named() -> Select[int, str, datetime | None]:
    """Everybody of staff who works with requests, or has some, to be chosen and named."""
    has = exists().where(Request.owner_id == User.id)
    return (
        select(User.id, User.name, User.deactivated_at)
        .where(or_(User.staff_role.in_(WORKING), and_(User.staff_role.is_not(None), has)))
        .order_by(User.name, User.id)
    )


def _counted(of: CTE, by: dict[str, Any], counts: tuple[Any, ...]) -> Select[Any]:
    parts = []
    for name, key in by.items():
        called = func.min(of.c.account) if name == "account" else literal("")
        told: Any = select(
            literal(name).label("by"), key.label("key"), called.label("name"), *counts
        )
        parts.append(told.group_by(key) if name != "all" else told)
    whole = union_all(*parts).subquery()
    found: Select[Any] = select(*whole.c).where(or_(whole.c.key.is_not(None), _can_be_none(whole)))
    return found


def _can_be_none(whole: Any) -> ColumnElement[bool]:
    """A request may be about no model, and nobody's; a week that is none is another one."""
    found: ColumnElement[bool] = whole.c.by.in_(("category", "agent"))
    return found


def _requests(starts: Sequence[datetime], now: datetime, where: Conditions) -> CTE:
    """What was opened, closed or rated in these weeks, or is open."""
    asked: Any = select(
        Request.account_id,
        Account.name.label("account"),
        ProductModel.category,
        Request.owner_id,
        Request.severity,
        Request.opened_at,
        _week(Request.opened_at, starts).label("opened"),
        _week(Request.closed_at, starts).label("closed"),
        _week(Satisfaction.at, starts).label("rated"),
        Satisfaction.score,
        _age(now).label("age"),
    )
    first = starts[0]
    joined = _joined(asked.select_from(Request)).outerjoin(
        Satisfaction, Satisfaction.request_id == Request.id
    )
    moments = (Request.opened_at, Request.closed_at, Satisfaction.at)
    whole: Select[Any] = joined.where(
        or_(*(moment >= first for moment in moments), Request.status.in_(OPEN)), *where
    )
    return whole.cte("asked_for")


def _targets(starts: Sequence[datetime], now: datetime, where: Conditions) -> CTE:
    late = missed(now)
    decided = case(
        (Target.missed_at.is_not(None), Target.missed_at),
        (late, Target.due_at),
        else_=Target.met_at,
    )
    asked: Any = select(
        Target.kind,
        case((late, 1), else_=0).label("late"),
        Target.account_id,
        Account.name.label("account"),
        ProductModel.category,
        Request.owner_id,
        Request.severity,
        _week(decided, starts).label("week"),
    )
    joined = asked.select_from(Target).join(Request, Request.id == Target.request_id)
    whole: Select[Any] = _joined(joined).where(decided >= starts[0], decided <= now, *where)
    return whole.cte("asked_for")


def _joined(asked: Any) -> Any:
    return asked.join(Account, Account.id == Request.account_id).outerjoin(
        ProductModel, ProductModel.id == Request.model_id
    )


def _week(moment: Any, starts: Sequence[datetime]) -> ColumnElement[int]:
    """The number of the week, from 0; nothing where it was before them all, or never."""
    before = [(moment < start, at - 1) for at, start in enumerate(starts) if at]
    none: Any = null()
    outside = or_(moment.is_(None), moment < starts[0])
    return case((outside, none), *before, else_=len(starts) - 1)


def _age(now: datetime) -> ColumnElement[str]:
    none: Any = null()
    ages = [
        (Request.opened_at > now - timedelta(days=days), age.value)
        for age, days in AGES.items()
        if days is not None
    ]
    return case((Request.status.not_in(OPEN), none), *ages, else_=list(AGES)[-1].value)


def _text(column: Any) -> ColumnElement[str]:
    return cast(column, String)
