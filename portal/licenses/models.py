"""The licenses a customer has, and where their seats are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    exists,
    or_,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from portal.accounts.models import Site
from portal.base.db import Base
from portal.base.references import reference
from portal.base.tenancy import Owned, within
from portal.base.visibility import Limits, Narrowed, among, where_limited
from portal.base.words import N_, Refused
from portal.licenses.rules import PREFIX, SEAT_PREFIX, Renewal, Standing, Status, masked, status_of
from portal.products.models import Product


class License(Narrowed, Owned, Base):
    """The right to use something, for a time and a number of seats. Its key is kept sealed.

    Whoever sees chosen sites sees those that have a seat at one of them.
    """

    __tablename__ = "license"
    narrowed_by = "id"
    __table_args__ = (
        # By its name, for constraints say which one was broken.
        UniqueConstraint("key_code", name="uq_license_key_code"),
        # Each order and filter of the list has an index with the id, for keyset paging.
        Index("ix_license_standing", "account_id", "standing", "ends_on", "id"),
        # Those at a site are known by their ids: of these, how they stand is read here.
        Index("ix_license_ids", "account_id", "id", "standing", "ends_on"),
        Index("ix_license_ends_on", "account_id", "ends_on", "id"),
        Index("ix_license_name", "account_id", "name_key", "id"),
        Index("ix_license_sealed_with", "sealed_with"),
        Index("ix_license_key_tail", "key_tail", "account_id", "id"),  # at the desk, of anybody
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # of what it lets one use
    name_key: Mapped[str] = mapped_column(String(400))
    key_sealed: Mapped[str | None] = mapped_column(Text)  # none, where it is bound to no key
    sealed_with: Mapped[str | None] = mapped_column(String(16))  # which key of the ring
    key_tail: Mapped[str | None] = mapped_column(String(4))
    key_code: Mapped[str | None] = mapped_column(String(64))
    standing: Mapped[Standing] = mapped_column(default=Standing.NOT_ACTIVATED)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]  # the last day; none, where it does not end
    seats: Mapped[int | None]  # none, where nobody counts them
    seats_used: Mapped[int] = mapped_column(default=0)
    order_number: Mapped[str] = mapped_column(String(40), default="")
    purchase_order: Mapped[str] = mapped_column(String(40), default="")
    renewal: Mapped[Renewal] = mapped_column(default=Renewal.RESELLER)
    registered_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(PREFIX, self.id)

    @property
    def masked_key(self) -> str:
        return masked(self.key_tail)

    def status(self, today: date) -> Status:
        return status_of(self.standing, self.ends_on, today)

    def revoke(self, *, because: str = "", now: datetime) -> None:
        if self.standing is Standing.REVOKED:
            raise Refused(N_("The license is revoked already."))
        self.standing, self.revoked_at, self.changed_at = Standing.REVOKED, now, now
        self.revoked_because = because

    def activate(self, *, now: datetime) -> None:
        self.standing, self.activated_at, self.changed_at = Standing.ACTIVATED, now, now

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> ColumnElement[bool] | None:
        if not limits.at_sites:
            return None
        # The session narrows the seats that it looks among, here as everywhere.
        seat: Any = aliased(LicenseAssignment)
        there = exists().where(seat.license_id == table.id, seat.ended_at.is_(None))
        return where_limited(limits, table, limits.at_sites, there.correlate_except(seat))

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        return account_id not in limits.at_sites  # they read, and the actions say why


class LicenseAssignment(Narrowed, Owned, Base):
    """So many seats of a license, at a site or a room, on a device, or with a person. One that was
    taken back stays, and tells where they were; a person's name goes."""

    __tablename__ = "license_assignment"
    narrowed_by = "site_id"
    __table_args__ = (
        within("license", "license_id"),
        within("site", "site_id"),
        within("product", "product_id"),
        Index("ix_license_assignment_license", "account_id", "license_id", "ended_at", "id"),
        Index("ix_license_assignment_site", "account_id", "site_id", "ended_at", "license_id"),
        Index(
            "ix_license_assignment_product", "account_id", "product_id", "ended_at", "license_id"
        ),
        Index("ix_license_assignment_by", "assigned_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    license_id: Mapped[int]
    license: Mapped[License] = relationship(viewonly=True)
    site_id: Mapped[int | None]  # of a device it is told by the device, which may move
    site: Mapped[Site | None] = relationship(viewonly=True)
    room: Mapped[str] = mapped_column(String(80), default="")
    product_id: Mapped[int | None]
    product: Mapped[Product | None] = relationship(viewonly=True)
    holder: Mapped[str] = mapped_column(String(120), default="")
    seats: Mapped[int] = mapped_column(default=1)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        return reference(SEAT_PREFIX, self.id)

    def end(self, *, now: datetime) -> None:
        """Who had it is told as long as they have it: afterwards nobody needs the name."""
        if self.ended_at is not None:
            raise Refused(N_("The seats are taken back already."))
        self.ended_at, self.holder = now, ""

    def go_on(self, *, holder: str) -> None:
        """They were taken back by mistake: it is as if they never were."""
        self.ended_at, self.holder = None, holder

    @classmethod
    def seen(cls, limits: Limits, table: Any) -> ColumnElement[bool] | None:
        if not limits.at_sites:
            return None
        device: Any = aliased(Product)
        on_device = exists().where(device.id == table.product_id).correlate_except(device)
        mine = or_(among(table.site_id, limits.sites), on_device)
        return where_limited(limits, table, limits.at_sites, mine)

    @classmethod
    def admits(cls, limits: Limits, account_id: int, value: Any) -> bool:
        return account_id not in limits.at_sites
