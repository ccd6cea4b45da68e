"""What hangs on a replacement, and is seen by whoever sees it; and the steps of its tracks."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.participation import Through
from portal.base.tenancy import Owned, within
from portal.base.visibility import Narrowed
from portal.replacements.rules import Track


class OfReplacement(Through):
    """Mixin: it is seen by whoever sees its replacement."""

    narrowed_by = "replacement_id"
    replacement_id: Mapped[int] = mapped_column()

    @classmethod
    def through(cls) -> type[Narrowed]:
        # Imported here, since a replacement is read with its steps.
        from portal.replacements.models import Replacement  # noqa: PLC0415

        return Replacement


class ReplacementStep(OfReplacement, Owned, Base):
    """That one of its tracks came to stand so. Only added to; the tracks are told from these."""

    __tablename__ = "replacement_step"
    __table_args__ = (
        within("replacement", "replacement_id"),
        Index("ix_replacement_step_replacement", "replacement_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    track: Mapped[Track]
    state: Mapped[str] = mapped_column(String(32))  # a value of the track's own kind
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # None: the portal itself


def _refuse(*_told: Any) -> None:
    raise TypeError("Steps are added, and never changed or taken away.")


event.listen(ReplacementStep, "before_update", _refuse)
event.listen(ReplacementStep, "before_delete", _refuse)
