"""The models the vendor sells, and how long each is sold and serviced."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.base.db import Base
from portal.base.text import identifier
from portal.base.words import N_, LabelledEnum
from portal.catalogue.rules import Lifecycle, fold_name, lifecycle


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


class Kind(LabelledEnum):
    """What a device is, in one word. Each has a pictogram."""

    HEADSET = "headset", N_("Headset")
    SPEAKERPHONE = "speakerphone", N_("Speakerphone")
    WEBCAM = "webcam", N_("Webcam")
    PERSONAL_VIDEO_BAR = "personal video bar", N_("Personal video bar")
    PERSONAL_DISPLAY = "personal display", N_("Personal display")
    VIDEO_BAR = "video bar", N_("Video bar")
    USB_VIDEO_BAR = "USB video bar", N_("USB video bar")
    CAMERA = "camera", N_("Camera")
    CODEC = "codec", N_("Codec")
    LEGACY_CODEC = "legacy codec", N_("Codec, older")
    TOUCH_CONTROLLER = "touch controller", N_("Touch controller")
    DESK_PHONE = "desk phone", N_("Desk phone")
    CONFERENCE_PHONE = "conference phone", N_("Conference phone")
    LEGACY_CONFERENCE_PHONE = "legacy conference phone", N_("Conference phone, older")
    ROOM_SYSTEM = "room system", N_("Room system")
    VERTICAL_SOLUTION = "vertical solution", N_("Vertical solution")
    OTHER = "other", N_("Other")


class ProductModel(Base):
    __tablename__ = "product_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(400), unique=True)  # tells twins
    category: Mapped[Category]
    family: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[Kind] = mapped_column(default=Kind.OTHER)
    serial_pattern: Mapped[SerialPattern] = mapped_column(default=SerialPattern.UNKNOWN)
    end_of_sale: Mapped[date | None]  # the last day it is sold
    end_of_service: Mapped[date | None]  # the last day it can be covered
    list_price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    list_currency: Mapped[str] = mapped_column(String(3), default="NOK", server_default="NOK")
    # What is sent instead when there is none left, as staff name it.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("product_model.id"))
    demo: Mapped[bool] = mapped_column(default=False)  # dates, part numbers, price are made up
    part_numbers: Mapped[list["PartNumber"]] = relationship(
        back_populates="model", cascade="all, delete-orphan", order_by="PartNumber.id"
    )
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    def lifecycle(self, today: date) -> Lifecycle:
        return lifecycle(self.end_of_sale, self.end_of_service, today)

    @validates("name")
    def _key(self, _attribute: str, name: str) -> str:
        self.name_key = fold_name(name)
        return name


class PartNumber(Base):
    """A part number of a model. Old ones (2200-69260-001) and new ones (8L531AA) coexist."""

    __tablename__ = "part_number"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))  # as printed
    folded: Mapped[str] = mapped_column(String(40), unique=True)  # as searched, and tells twins
    model_id: Mapped[int] = mapped_column(ForeignKey("product_model.id"), index=True)
    model: Mapped[ProductModel] = relationship(back_populates="part_numbers")

    @validates("number")
    def _fold(self, _attribute: str, number: str) -> str:
        self.folded = identifier(number)
        return number
