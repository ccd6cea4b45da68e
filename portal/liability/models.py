"""That somebody of staff wants money let go of or settled, and what another one said to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.base.db import Base
from portal.base.tenancy import Internal, Owned, within
from portal.replacements.rules import SettledAs
from portal.replacements.step_models import OfReplacement
from portal.returns.rules import Answer


class LiabilityWaiver(OfReplacement, Owned, Internal, Base):
    """One proposes it and another confirms it. For staff alone: of what comes of it customers are
    told, and not of what does not."""

    __tablename__ = "liability_waiver"
    __table_args__ = (
        within("replacement", "replacement_id"),
        Index("ix_liability_waiver_replacement", "replacement_id", "id"),
        Index("ix_liability_waiver_answer", "answer", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    how: Mapped[SettledAs | None]  # None: it is let go of
    reference: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(200))
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_by: Mapped[User] = relationship(foreign_keys=proposed_by_id, viewonly=True)
    answer: Mapped[Answer] = mapped_column(default=Answer.OPEN)
    because: Mapped[str] = mapped_column(String(200), default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


_OPEN = LiabilityWaiver.answer == Answer.OPEN
Index(
    "uq_liability_waiver_replacement_id",
    LiabilityWaiver.replacement_id,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
