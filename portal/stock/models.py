"""What lies on the shelves of each shipping site."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.db import Base
from portal.catalogue.models import ProductModel
from portal.delivery_times.models import ShippingSite


class Stock(Base):
    """So many of a model at a shipping site. Shared: it is the vendor's. A model without a line is
    not kept account of, and is sent without asking.

    `reserved` are those that are promised and not yet sent. It is written with conditions, so that
    of many who want the last one gets it.
    """

    __tablename__ = "stock"
    __table_args__ = (
        UniqueConstraint("shipping_site_id", "model_id"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0", name="reserved"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shipping_site_id: Mapped[int] = mapped_column(ForeignKey("shipping_site.id"))
    site: Mapped[ShippingSite] = relationship()
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
    model: Mapped[ProductModel] = relationship()
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)  # so many are ordered
    expected_on: Mapped[date | None]  # and arrive on this day
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def free(self) -> int:
        """How many can be promised."""
        return max(self.on_hand - self.reserved, 0)

    @property
    def missing(self) -> int:
        """How many are promised that are not there: somebody counted fewer."""
        return max(self.reserved - self.on_hand, 0)
