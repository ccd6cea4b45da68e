"""Which replacement was asked for because the device of another was dead on arrival."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.tenancy import Owned, within
from portal.replacements.step_models import OfReplacement


class ReplacementLink(OfReplacement, Owned, Base):
    """From the one whose device did not work to the one that followed; each has at most one."""

    __tablename__ = "replacement_link"
    __table_args__ = (
        within("replacement", "replacement_id"),
        within("replacement", "next_id"),
        UniqueConstraint("replacement_id"),
        UniqueConstraint("next_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    next_id: Mapped[int]
    linked_at: Mapped[datetime]
