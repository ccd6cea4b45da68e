"""Reading what people chose, and what waits to be told."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    not_,
    null,
    or_,
    select,
    union_all,
)

from portal.accounts.grants import Grant, usable
from portal.accounts.models import Account, Membership, User
from portal.notices.models import DigestLine, NoticeChoice, PortalNotice
from portal.notices.notice import How, Notice


def choices_of(user_id: int) -> Select[Notice, How, bool]:
    """Notice, how by mail and whether in the portal, where somebody chose."""
    return select(NoticeChoice.notice, NoticeChoice.how, NoticeChoice.here).where(
        NoticeChoice.user_id == user_id
    )


def choice_about(user_id: int, notice: Notice) -> Select[How, bool]:
    return select(NoticeChoice.how, NoticeChoice.here).where(
        NoticeChoice.user_id == user_id, NoticeChoice.notice == notice
    )


def shown_here(user_id: int) -> Select[Any]:
    """What somebody was told in the portal, with the accounts that it is about, and
    how much of all of it nobody looked at."""
    number = unread(user_id).scalar_subquery().label("unread")
    query: Any = (
        select(PortalNotice, Account.name, PortalNotice.id.label("id"), number)
        .outerjoin(Account, Account.id == PortalNotice.account_id)
        .where(PortalNotice.user_id == user_id)
    )
    found: Select[Any] = query
    return found


def unread(user_id: int, account_id: int | None = None) -> Select[int]:
    """How many of them nobody looked at; with `account_id`, about that account."""
    about = [] if account_id is None else [PortalNotice.account_id == account_id]
    return select(func.count(PortalNotice.id)).where(
        PortalNotice.user_id == user_id, PortalNotice.read_at.is_(None), *about
    )


def rights_there(user_id: int, *, today: date) -> Select[Any]:
    """In which accounts somebody has which role, or what was granted to them as a partner's."""
    nothing: Any = null()
    role = select(Membership.account_id, Membership.role, cast(nothing, JSON).label("permissions"))
    granted = select(Grant.account_id, cast(nothing, Membership.role.type), Grant.permissions)
    mine = Membership.user_id == user_id
    found: Any = union_all(
        role.where(mine, Membership.in_force()),
        granted.join(User, usable(today)).where(User.id == user_id),
    )
    return found  # type: ignore[no-any-return]


def readers() -> Select[int, str | None, bool, datetime]:
    """Everyone for whom something waits: id, time zone, for which digest, and since when."""
    since = func.min(DigestLine.happened_at).label("since")
    return (
        select(User.id, User.time_zone, DigestLine.weekly, since)
        .join(DigestLine, DigestLine.user_id == User.id)
        .group_by(User.id, User.time_zone, DigestLine.weekly)
        .order_by(User.id)
    )


def is_due(user_id: int, *, before: datetime, weekly: datetime) -> ColumnElement[bool]:
    """The condition that a line is somebody's, and to be told now: what comes once a week, if it
    is from before `weekly`."""
    daily = and_(not_(DigestLine.weekly), DigestLine.happened_at < before)
    together = and_(DigestLine.weekly, DigestLine.happened_at < weekly)
    return and_(DigestLine.user_id == user_id, or_(daily, together))


def waiting(user_id: int, *, before: datetime, weekly: datetime) -> Select[DigestLine, str]:
    """The lines of one person's digest, the newest first, with the accounts they are about."""
    return (
        select(DigestLine, Account.name)
        .outerjoin(Account, Account.id == DigestLine.account_id)
        .where(is_due(user_id, before=before, weekly=weekly))
        .order_by(DigestLine.id.desc())
    )
