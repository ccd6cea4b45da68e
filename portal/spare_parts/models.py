"""Spare parts: ear cushions, cables, power supplies."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from portal.base.bilingual import Bilingual
from portal.base.db import Base
from portal.base.text import identifier


class SparePart(Base):
    """A part that is sent by its number, and not asked back. Shared: it is the vendor's."""

    __tablename__ = "spare_part"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))  # as printed
    folded: Mapped[str] = mapped_column(String(40), unique=True)  # as scanned
    name_nb: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    model_ids: Mapped[list[int]] = mapped_column(JSON)  # the models that it fits
    withdrawn_at: Mapped[datetime | None]  # from then on nobody asks for it
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> Bilingual:
        return Bilingual(self.name_nb, self.name_en)

    @validates("number")
    def _fold(self, _attribute: str, number: str) -> str:
        self.folded = identifier(number)
        return number
