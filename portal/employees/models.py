"""Employees who have no account: the link they come by, their visits, and what they ordered."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.base.db import Base
from portal.base.tenancy import Owned, within
from portal.replacements.models import Replacement
from portal.replacements.step_models import OfReplacement


class EmployeeLink(Base):
    """The way in for an account's employees. Shared: it is opened before there is a scope.

    What stands in the link is signed and kept nowhere; its `generation` says which one is good.
    """

    __tablename__ = "employee_link"
    __table_args__ = (UniqueConstraint("account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    account: Mapped[Account] = relationship()
    active: Mapped[bool]
    generation: Mapped[int]
    domains: Mapped[list[str]] = mapped_column(JSON)
    approval: Mapped[bool]  # whether an administrator looks at each order
    most_open: Mapped[int]  # replacements that one employee may wait for
    phone: Mapped[str] = mapped_column(String(20))  # E.164: whom employees turn to
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class EmployeeVisit(Owned, Base):
    """Somebody on their way from the link to an order, in one browser.

    What the cookie, the link in the mail and the code are worth ends with it; all are kept hashed,
    and the code together with what only the cookie holds.
    """

    __tablename__ = "employee_visit"
    __table_args__ = (
        within("replacement", "replacement_id"),
        UniqueConstraint("token_hash"),
        UniqueConstraint("link_hash"),
        Index("ix_employee_visit_ends_at", "account_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int]  # of the link they came by
    token_hash: Mapped[str] = mapped_column(String(64))
    link_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254))
    device: Mapped[str] = mapped_column(String(60), default="")  # what they say it is
    ends_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    replacement_id: Mapped[int | None]  # what it led to


class EmployeeOrder(OfReplacement, Owned, Base):
    """Who asked for a replacement without an account. Name and address go when it is over."""

    __tablename__ = "employee_order"
    __table_args__ = (
        within("replacement", "replacement_id"),
        UniqueConstraint("account_id", "replacement_id"),
        Index("ix_employee_order_email", "account_id", "email"),
        Index("ix_employee_order_waits", "account_id", "waits"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    replacement: Mapped[Replacement] = relationship(viewonly=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    waits: Mapped[bool]  # for the account's administrator
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
