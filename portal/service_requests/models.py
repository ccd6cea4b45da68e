"""A service request: what a customer asks of support, and all that is said about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Site, User
from portal.agreements.targets import Severity
from portal.base.db import Base
from portal.base.files import StoredFile
from portal.base.participation import Followed, Through
from portal.base.references import reference
from portal.base.tenancy import Internal, Owned, within
from portal.base.visibility import Narrowed
from portal.catalogue.models import ProductModel
from portal.products.models import Product
from portal.service_requests.rules import (
    LONGEST_LINE,
    LONGEST_SUBJECT,
    OPEN,
    About,
    Ball,
    MessageKind,
    Source,
    Status,
    ball_of,
)

PREFIX = "SR"


class ServiceRequest(Followed, Owned, Base):
    """Somebody needs help. Its clocks are worked out from its steps, see `clocks`."""

    __tablename__ = "service_request"
    __table_args__ = (
        within("site", "site_id"),
        within("product", "product_id"),
        # More of them, by which lists are walked, stand in list_indexes.py.
        Index("ix_service_request_of_status", "status", "id"),
        Index("ix_service_request_opened_by", "account_id", "opened_by_id", "id"),
        Index("ix_service_request_site", "account_id", "site_id", "id"),
        Index("ix_service_request_product", "account_id", "product_id", "id"),
        Index("ix_service_request_escalated", "escalated", "due_at", "id"),
        Index("ix_service_request_since", "status", "status_since"),
        Index("ix_service_request_touched_at", "touched_at", "id"),
        Index("ix_service_request_known_issue", "known_issue_id"),
        Index("ix_service_request_incident", "incident_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[Account] = relationship(viewonly=True)
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    about: Mapped[About]
    severity: Mapped[Severity]
    status: Mapped[Status] = mapped_column(default=Status.NEW)
    status_since: Mapped[datetime]
    waiting_for: Mapped[str] = mapped_column(String(LONGEST_LINE), default="")  # "send the log"
    waiting_for_en: Mapped[str | None] = mapped_column(String(LONGEST_LINE))  # if by the portal
    product_id: Mapped[int | None]
    product: Mapped[Product | None] = relationship(viewonly=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("product_model.id"))
    model: Mapped[ProductModel | None] = relationship()
    device_count: Mapped[int | None]  # so many of the model, at the site
    site_id: Mapped[int | None]
    site: Mapped[Site | None] = relationship(viewonly=True)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    opened_by: Mapped[User | None] = relationship(foreign_keys=opened_by_id)
    on_behalf: Mapped[bool] = mapped_column(default=False)  # by a partner or staff
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # where a colleague is
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")  # E.164
    call_from: Mapped[datetime | None]  # when to call back
    call_until: Mapped[datetime | None]
    own_reference: Mapped[str] = mapped_column(String(80), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # of staff
    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    escalated: Mapped[bool] = mapped_column(default=False)  # as everybody sees
    escalated_at: Mapped[datetime | None]  # as everybody sees, or staff among themselves
    solved: Mapped[bool | None]  # as whoever closed it said
    closed_at: Mapped[datetime | None]
    known_issue_id: Mapped[int | None]
    incident_id: Mapped[int | None]
    merged_into_id: Mapped[int | None]  # of the same account; the link beside it is the key
    # Whoever takes part, as `seen_by` writes it: what decides about sight stands on the record.
    people: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]  # by something that the customer sees
    touched_at: Mapped[datetime]  # by anything; for staff alone
    targets: Mapped[dict[str, Any]] = mapped_column(JSON)  # as they were promised at the opening
    first_response_due_at: Mapped[datetime | None]
    next_update_due_at: Mapped[datetime | None]
    # The nearer of both, or as a manager has it; None while its clocks stand still.
    due_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(PREFIX, self.id)

    @property
    def ball(self) -> Ball:
        return ball_of(self.status)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class OfRequest(Through):
    """Mixin: it is seen by whoever sees its request."""

    narrowed_by = "request_id"
    request_id: Mapped[int] = mapped_column()

    @classmethod
    def through(cls) -> type[Narrowed]:
        return ServiceRequest


class ServiceRequestMessage(OfRequest, Owned, Internal, Base):
    """What somebody wrote; never changed. `author_id` is nobody where the portal itself did."""

    __tablename__ = "service_request_message"
    __table_args__ = (
        within("service_request", "request_id"),
        UniqueConstraint("request_id", "mail_message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[ServiceRequest] = relationship(viewonly=True)
    kind: Mapped[MessageKind] = mapped_column(default=MessageKind.REPLY)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    author: Mapped[User | None] = relationship()
    by_staff: Mapped[bool] = mapped_column(default=False)
    on_behalf: Mapped[bool] = mapped_column(default=False)
    automatic: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    source: Mapped[Source] = mapped_column(default=Source.PORTAL)
    mail_message_id: Mapped[str | None] = mapped_column(String(250))  # of the mail it came by
    # Of a mail that staff took over as somebody's answer: where it came from, and who that was.
    from_address: Mapped[str | None] = mapped_column(String(320))
    entered_by_id: Mapped[int | None]
    entered_by: Mapped[User | None] = relationship(
        primaryjoin="foreign(ServiceRequestMessage.entered_by_id) == User.id", viewonly=True
    )
    files: Mapped[list["ServiceRequestFile"]] = relationship(
        order_by="ServiceRequestFile.id", viewonly=True
    )

    @property
    def mail_id(self) -> str:
        """The left of the Message-ID of every mail that tells this message."""
        return f"{reference(PREFIX, self.request_id)}.{self.id}"


class ServiceRequestFile(OfRequest, Owned, Internal, Base):
    """A file of a message. It is as internal as the message."""

    __tablename__ = "service_request_file"
    __table_args__ = (
        within("service_request", "request_id"),
        within("service_request_message", "message_id"),
        within("stored_file", "file_id"),
        UniqueConstraint("request_id", "file_id"),
        Index("ix_service_request_file_message", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int]
    file_id: Mapped[int]
    file: Mapped[StoredFile] = relationship(viewonly=True)


class Follower(OfRequest, Owned, Internal, Base):
    """Somebody who is told what happens to a request. That staff follow is internal.

    Whoever opened it or is its contact has a line always, and hears nothing when `muted`.
    """

    __tablename__ = "follower"
    __table_args__ = (
        within("service_request", "request_id"),
        UniqueConstraint("request_id", "user_id"),
        Index("ix_follower_user", "user_id", "account_id", "muted", "internal", "request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    user: Mapped[User] = relationship()
    muted: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]
