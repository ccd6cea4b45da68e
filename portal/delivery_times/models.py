"""What the delivery promise is worked out from, as staff keep it."""

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base


class ShippingSite(Base):
    """Where parcels are sent from. Shared: it is the vendor's. Without one the defaults hold."""

    __tablename__ = "shipping_site"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    country: Mapped[str] = mapped_column(String(2))
    zone: Mapped[str] = mapped_column(String(40))
    days_off: Mapped[list[list[int]]] = mapped_column(JSON)  # months and days of every year
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class PostalCodeStretch(Base):
    """Postal codes to which parcels take longer. Shared, as the codes are."""

    __tablename__ = "postal_code_stretch"
    __table_args__ = (UniqueConstraint("country", "first_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(String(2))
    first_code: Mapped[int]
    last_code: Mapped[int]
    days: Mapped[int]
