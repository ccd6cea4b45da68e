"""When a grant can be used, and by whom: the one rule of pages, of choosing an account, of jobs.

Whatever was done under a grant is kept only if the grant is still the one it was done under.
"""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    UniqueConstraint,
    and_,
    event,
    or_,
    select,
    true,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Partner, User
from portal.base import clock
from portal.base.access import Permission, RightGone
from portal.base.db import Base
from portal.base.references import reference
from portal.base.tenancy import ScopedSession


class Grant(Base):
    """What a customer lets a partner do for it. Shared: it is read before there is a scope."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("partner_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    partner: Mapped[Partner] = relationship()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    account: Mapped[Account] = relationship()
    permissions: Mapped[list[str]] = mapped_column(JSON)
    every_site: Mapped[bool] = mapped_column(default=True, server_default=true())
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    last_day: Mapped[date | None] = mapped_column(index=True)  # the last day on which it holds
    reminded_of: Mapped[date | None]  # the last day that people were reminded of
    withdrawn_at: Mapped[datetime | None]  # from then on it holds no more
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference("G", self.id)

    def allows(self) -> frozenset[Permission]:
        return frozenset(Permission(name) for name in self.permissions)


class GrantSite(Base):
    """A site that a grant is limited to. Shared: it is read before there is a scope."""

    __tablename__ = "grant_site"
    __table_args__ = (
        UniqueConstraint("grant_id", "site_id"),
        ForeignKeyConstraint(["account_id", "site_id"], ["site.account_id", "site.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grant.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    site_id: Mapped[int] = mapped_column(index=True)


class PartnerAssignment(Base):
    """A customer that somebody at a partner works for. Shared: it is read before there is a scope.

    It counts for those who do not work for every customer of the partner.
    """

    __tablename__ = "partner_assignment"
    __table_args__ = (UniqueConstraint("user_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)


def holds(today: date) -> ColumnElement[bool]:
    """The condition that a grant is in force on a day."""
    in_time = or_(Grant.last_day.is_(None), Grant.last_day >= today)
    return and_(Grant.withdrawn_at.is_(None), in_time)


def usable(today: date) -> ColumnElement[bool]:
    """The condition that a grant is there for a user to use on a day."""
    assigned = (
        select(PartnerAssignment.id)
        .where(
            PartnerAssignment.user_id == User.id,
            PartnerAssignment.account_id == Grant.account_id,
        )
        .correlate(User, Grant)
    )
    theirs = or_(User.every_customer, assigned.exists())
    return and_(Grant.partner_id == User.partner_id, holds(today), theirs)


def vouch(session: ScopedSession) -> None:
    """Ask once more, in the transaction that is about to be kept.

    On PostgreSQL the grant is locked, so that it cannot be withdrawn between this and the commit;
    one that somebody changes at this very moment is not waited for, which could last for ever. On
    SQLite whoever writes is alone.
    """
    if session.scope.under is None or session.in_nested_transaction():
        return
    grant_id, version = session.scope.under
    ask = (
        select(Grant.id)
        .join(Grant.partner)
        .where(Grant.id == grant_id, Grant.version == version, holds(clock.today()))
        .where(Partner.closed_at.is_(None))
        .with_for_update(read=True, nowait=True, of=[Grant, Partner])
    )
    try:
        found = session.scalars(ask).one_or_none()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != "55P03":
            raise
        found = None
    if found is None:
        raise RightGone


event.listen(ScopedSession, "before_commit", vouch)
