"""A replacement: the new device that is sent before the faulty one comes back."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Site, User
from portal.approval_rules.rules import Held
from portal.base.db import Base
from portal.base.participation import Followed
from portal.base.references import reference
from portal.base.tenancy import Owned, within
from portal.catalogue.models import ProductModel
from portal.products.models import Product
from portal.replacements.faults import Fault
from portal.replacements.rules import (
    PREFIX,
    Liability,
    ReturnStage,
    SettledAs,
    Stage,
    State,
    Track,
)
from portal.replacements.step_models import ReplacementStep
from portal.spare_parts.models import SparePart


class Replacement(Followed, Owned, Base):
    """One device for another. What its tracks went through is in its steps."""

    __tablename__ = "replacement"
    __table_args__ = (
        within("site", "site_id"),
        within("product", "product_id"),
        within("service_request", "request_id"),
        # Each order and filter of the lists has an index with the id, for keyset paging.
        Index("ix_replacement_stage", "account_id", "stage", "id"),
        Index("ix_replacement_returned", "account_id", "returned", "return_due_on", "id"),
        Index("ix_replacement_product", "account_id", "product_id", "id"),
        Index("ix_replacement_site", "account_id", "site_id", "id"),
        Index("ix_replacement_request", "account_id", "request_id"),
        Index("ix_replacement_first", "account_id", "first_id", "id"),
        Index("ix_replacement_approved_at", "account_id", "approved_at"),
        Index("ix_replacement_desk", "stage", "turn", "hand_over_on", "id", "account_id"),
        Index("ix_replacement_tracking", "tracking_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[Account] = relationship(viewonly=True)
    stage: Mapped[Stage] = mapped_column(default=Stage.REQUESTED)
    returned: Mapped[ReturnStage] = mapped_column(default=ReturnStage.NOT_DUE)
    liability: Mapped[Liability] = mapped_column(default=Liability.NONE)
    # The device; or none in particular, but one of those of the model that are counted at the site.
    product_id: Mapped[int | None]
    product: Mapped[Product | None] = relationship(viewonly=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"))
    model: Mapped[ProductModel] = relationship(foreign_keys=model_id)
    # Another model is sent instead, where there was none left.
    sent_model_id: Mapped[int | None] = mapped_column(ForeignKey("product_model.id"))
    sent_model: Mapped[ProductModel | None] = relationship(foreign_keys=sent_model_id)
    # So many of a spare part for the model, instead of a device. Nothing is sent back.
    part_id: Mapped[int | None] = mapped_column(ForeignKey("spare_part.id"))
    part: Mapped[SparePart | None] = relationship()
    part_count: Mapped[int | None]
    stock_id: Mapped[int | None] = mapped_column(ForeignKey("stock.id"))  # where it is taken from
    site_id: Mapped[int | None]  # where the device is
    site: Mapped[Site | None] = relationship(viewonly=True)
    request_id: Mapped[int | None]
    first_id: Mapped[int | None]  # the first of those that were asked for together
    fault: Mapped[Fault]
    tried: Mapped[list[int]] = mapped_column(JSON)  # which of the fault's checks
    untried: Mapped[str] = mapped_column(String(200), default="")  # why not the others
    description: Mapped[str] = mapped_column(Text, default="")
    recipient: Mapped[str] = mapped_column(String(120))
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # where a colleague is
    phone: Mapped[str] = mapped_column(String(20))  # E.164
    street: Mapped[str] = mapped_column(String(200))
    postal_code: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    hours: Mapped[str] = mapped_column(String(200), default="")  # when somebody can receive it
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    asked_by: Mapped[User | None] = relationship(foreign_keys=asked_by_id)
    on_behalf: Mapped[bool] = mapped_column(default=False)  # by a partner or staff
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))  # None: by rule
    declined_because: Mapped[str] = mapped_column(String(200), default="")
    held: Mapped[list[str]] = mapped_column(JSON, default=list)  # why no rule approved it
    waits_for_stock: Mapped[bool] = mapped_column(default=False)
    expected_on: Mapped[date | None]  # when there is more in stock, as it was told
    hand_over_on: Mapped[date | None]  # as promised when it was approved
    promised_on: Mapped[date | None]
    new_serial_number: Mapped[str | None] = mapped_column(String(20))
    carrier: Mapped[str] = mapped_column(String(40), default="")
    tracking_number: Mapped[str] = mapped_column(String(40), default="")
    shipped_at: Mapped[datetime | None]
    delivered_on: Mapped[date | None]
    retain_and_destroy: Mapped[bool] = mapped_column(default=False)  # as agreed when it was asked
    # As agreed when it was asked, see `agreements.targets`.
    return_window: Mapped[int]
    charge_grace: Mapped[int] = mapped_column(default=5, server_default="5")
    dead_on_arrival: Mapped[int] = mapped_column(default=30, server_default="30")
    turn: Mapped[int] = mapped_column(default=1, server_default="1")  # 0: before all others
    return_due_on: Mapped[date | None]  # from its delivery on; before that nothing is overdue
    # What is at risk: the list price when the money came to hang on it, or was first announced.
    at_risk: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    currency: Mapped[str | None] = mapped_column(String(3))
    charged_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_as: Mapped[SettledAs | None]
    settled_reference: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime | None]
    received_serial_number: Mapped[str] = mapped_column(String(20), default="")
    condition: Mapped[str] = mapped_column(String(200), default="")
    missing: Mapped[str | None] = mapped_column(String(200))
    # Another device than was to come back came; and which one, where the other was kept.
    wrong_serial_number: Mapped[str | None] = mapped_column(String(20))
    instead_serial_number: Mapped[str | None] = mapped_column(String(20))
    closed_at: Mapped[datetime | None]
    people: Mapped[str] = mapped_column(Text, default="")  # see `participation.seen_by`
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    steps: Mapped[list[ReplacementStep]] = relationship(  # of its tracks, the first first
        viewonly=True, order_by=ReplacementStep.id
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def reference(self) -> str:
        return reference(PREFIX, self.id)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def reasons(self) -> list[Held]:
        """Why a person had to look, or it waited."""
        return [Held(each) for each in self.held]

    @property
    def to_send_id(self) -> int:
        """The model of the new device."""
        return self.sent_model_id or self.model_id

    @property
    def comes_back(self) -> str:
        """By which number the device is known that is to come back; empty of those by count."""
        return self.instead_serial_number or (self.product.identifier if self.product else "")

    def standing(self, track: Track) -> State:
        """How one of its tracks stands."""
        state: State = getattr(self, COLUMNS[track])
        return state


COLUMNS = {Track.REPLACEMENT: "stage", Track.RETURN: "returned", Track.LIABILITY: "liability"}
# No device is replaced twice at once, whoever asks at the same moment. And no new device is sent
# in two parcels.
_OPEN, _R = Replacement.closed_at.is_(None), Replacement
Index(
    "uq_replacement_product_id",
    _R.product_id,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
# What goes on and what is finished are two lists, and most of what there is is finished. Each index
# holds all that its list is narrowed by, so that no row is looked at but those that are shown; for
# SQLite, also what all its rows have in common.
_NARROWED = (_R.closed_at, _R.stage, _R.returned, _R.return_due_on)
_BACK = (_R.return_due_on, _R.id, _R.closed_at, _R.returned, _R.liability, _R.account_id)
for _name, _so, *_columns in (
    ("open", _OPEN, _R.account_id, _R.changed_at, _R.id, *_NARROWED),
    ("open_number", _OPEN, _R.account_id, _R.id, *_NARROWED),
    ("closed", _R.closed_at.is_not(None), _R.account_id, _R.changed_at, _R.id, *_NARROWED[:2]),
    # What comes back, and the money that hangs on it, of all customers.
    ("back", _OPEN, *_BACK),
):
    Index(f"ix_replacement_{_name}", *_columns, sqlite_where=_so, postgresql_where=_so)
_CHARGED = Replacement.charged_at.is_not(None)
Index(
    "ix_replacement_charged",
    _R.charged_at,
    _R.id,
    sqlite_where=_CHARGED,
    postgresql_where=_CHARGED,
)
_SENT = Replacement.new_serial_number.is_not(None)
Index(
    "uq_replacement_new_serial_number",
    _R.new_serial_number,
    unique=True,
    sqlite_where=_SENT,
    postgresql_where=_SENT,
)
