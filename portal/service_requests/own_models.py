"""What people keep for themselves: drafts, and lists as they like to see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.tenancy import Owned
from portal.base.visibility import Personal


class Draft(Personal, Owned, Base):
    """What somebody was typing: `key` says where. It is read by `queries.draft_of` alone, which
    gives nobody another's."""

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("account_id", "person_id", "key"),
        Index("ix_draft_changed_at", "changed_at"),
    )
    narrowed_by = "person_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    key: Mapped[str] = mapped_column(String(80))  # "new", or "reply SR-1000013"
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime]


class SavedView(Base):
    """A list as somebody likes to see it, by the address that shows it.

    Shared: staff save views of the whole queue, which is no account's (`account_id` is None).
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "person_id", "list_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    list_name: Mapped[str] = mapped_column(String(40))  # "service_requests", "desk"
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(2000))  # of the address
    shared: Mapped[bool] = mapped_column(default=False)  # with everyone who has this list
    saved_at: Mapped[datetime]


# To a constraint no nothing is like another: of what is no account's, an index sees to it.
_OF_STAFF = SavedView.account_id.is_(None)
Index(
    "uq_saved_view_person_id_list_name_name",
    SavedView.person_id,
    SavedView.list_name,
    SavedView.name,
    unique=True,
    sqlite_where=_OF_STAFF,
    postgresql_where=_OF_STAFF,
)
