"""Small tables that stand for every other: owned, owned and internal, shared; and such as are not
for everyone in an account, by their site or by whose they are."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from portal.base.db import Base
from portal.base.participation import Followed, Through
from portal.base.tenancy import Internal, Owned, within
from portal.base.visibility import AtSite, Narrowed, Personal


class Probes(DeclarativeBase):
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = Base.type_annotation_map


Table("account", Probes.metadata, Column("id", Integer, primary_key=True))  # the portal's own


class Model(Probes):
    __tablename__ = "probe_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    products: Mapped[list["Product"]] = relationship(viewonly=True)


class Product(Owned, Probes):
    __tablename__ = "probe_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    serial_number: Mapped[str] = mapped_column(String(14), unique=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("probe_model.id"))
    model: Mapped[Model] = relationship()
    room: Mapped[str] = mapped_column(default="")
    notes: Mapped[list["Note"]] = relationship(back_populates="product", order_by="Note.id")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Note(Owned, Internal, Probes):
    __tablename__ = "probe_note"
    __table_args__ = (within("probe_product", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int]
    product: Mapped[Product] = relationship(back_populates="notes")
    text: Mapped[str]
    written_at: Mapped[datetime]


class Place(AtSite, Owned, Probes):
    __tablename__ = "probe_place"
    narrowed_by = "id"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    devices: Mapped[list["Device"]] = relationship(
        primaryjoin="foreign(Device.site_id) == Place.id", viewonly=True
    )


class Device(AtSite, Owned, Probes):
    __tablename__ = "probe_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    site_id: Mapped[int | None]


class Paper(Personal, Owned, Probes):
    __tablename__ = "probe_paper"
    narrowed_by = "person_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    person_id: Mapped[int | None]


class Case(Followed, Owned, Probes):
    __tablename__ = "probe_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    site_id: Mapped[int | None]
    people: Mapped[str] = mapped_column(default="")


class Page(Through, Owned, Probes):
    __tablename__ = "probe_page"
    __table_args__ = (within("probe_case", "case_id"),)
    narrowed_by = "case_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    case_id: Mapped[int]

    @classmethod
    def through(cls) -> type[Narrowed]:
        return Case
