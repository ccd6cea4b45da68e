"""What a customer has agreed with the vendor: which devices are covered, from when to when."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Partner
from portal.base.db import Base
from portal.base.tenancy import Owned, within
from portal.catalogue.models import Category, ProductModel


class Agreement(Owned, Base):
    """Poly+ Enterprise for one account. `ends_on` is the last day that is covered."""

    __tablename__ = "agreement"
    __table_args__ = (Index("ix_agreement_account_id_starts_on", "account_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    account: Mapped[Account] = relationship(viewonly=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    partner: Mapped[Partner | None] = relationship()
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    retain_and_destroy: Mapped[bool] = mapped_column(default=False)
    technical_account_manager: Mapped[bool] = mapped_column(default=False)
    csm_hours: Mapped[int] = mapped_column(default=0)  # a month, in blocks of eight
    headroom: Mapped[Decimal] = mapped_column(Numeric(5, 2), default=Decimal(5))  # per cent
    targets: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # see `rules.TARGETS`
    categories: Mapped[list["AgreementCategory"]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="AgreementCategory.id"
    )
    lines: Mapped[list["AgreementLine"]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="AgreementLine.id"
    )
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class AgreementCategory(Owned, Base):
    """A category that is included, and the number of devices agreed for it."""

    __tablename__ = "agreement_category"
    __table_args__ = (
        within("agreement", "agreement_id"),
        UniqueConstraint("agreement_id", "category"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int]
    agreement: Mapped[Agreement] = relationship(back_populates="categories")
    category: Mapped[Category]
    agreed_number: Mapped[int]


class AgreementLine(Owned, Base):
    """A quote-only model that the agreement covers all the same."""

    __tablename__ = "agreement_line"
    __table_args__ = (
        within("agreement", "agreement_id"),
        UniqueConstraint("agreement_id", "model_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int]
    agreement: Mapped[Agreement] = relationship(back_populates="lines")
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"))
    model: Mapped[ProductModel] = relationship()
    number: Mapped[int] = mapped_column(default=1)
