"""Three small tables that stand for every other: owned, owned and internal, and shared."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from portal.base.db import Base
from portal.base.tenancy import Internal, Owned, within


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
