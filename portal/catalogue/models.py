"""The models the vendor sells, and how long each is sold and serviced."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.base.db import Base
from portal.base.words import N_, LabelledEnum


class Category(LabelledEnum):
    """What an agreement covers. Quote-only models take a line of their own."""

    HEADSET = "headset", N_("Headsets and personal devices")
    VIDEO = "video", N_("Video")
    VOICE = "voice", N_("Voice")
    QUOTE_ONLY = "quote_only", N_("Quote only")


class SerialPattern(LabelledEnum):
    """The shapes of serial numbers that are known. Others are accepted with a notice."""

    HEADSET = "headset", N_("6 letters and digits")
    VIDEO = "video", N_("14 characters that begin with 8G")
    MAC = "mac", N_("The MAC address without separators, 12 characters")
    UNKNOWN = "unknown", N_("Not known")


class ProductModel(Base):
    __tablename__ = "product_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(400), unique=True)  # sorts, and tells twins
    category: Mapped[Category]
    family: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(40), default="")  # as in models.csv; a pictogram each
    serial_pattern: Mapped[SerialPattern] = mapped_column(default=SerialPattern.UNKNOWN)
    end_of_sale: Mapped[date | None]  # the last day it is sold
    end_of_service: Mapped[date | None]  # the last day it can be covered
    part_numbers: Mapped[list["PartNumber"]] = relationship(
        back_populates="model", cascade="all, delete-orphan", order_by="PartNumber.id"
    )
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @validates("name")
    def _key(self, _attribute: str, name: str) -> str:
        self.name_key = name.casefold()
        return name


class PartNumber(Base):
    """A part number of a model. Old ones (2200-69260-001) and new ones (8L531AA) coexist."""

    __tablename__ = "part_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)  # as printed
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
    model: Mapped[ProductModel] = relationship(back_populates="part_numbers")


class CatalogueVersion(Base):
    """One row that counts the changes, so that every process knows when to read anew."""

    __tablename__ = "catalogue_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
