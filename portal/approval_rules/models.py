"""The rules that approve replacements by themselves, as logistics keeps them."""

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base


class ApprovalRules(Base):
    """One row. Shared: what each customer may have in a week stands in the agreement."""

    __tablename__ = "approval_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    at_once: Mapped[int]
    own_addresses: Mapped[bool]
    at_home: Mapped[bool]
    again_days: Mapped[int]
    categories: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
