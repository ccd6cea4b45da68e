"""What every carrier does for us, whoever it is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from portal.carriers.rules import Event


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a carrier tells of a number. One that it does not know yet has no events."""

    events: tuple[Event, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    name: str
    street: str
    postal_code: str
    city: str
    country: str = "NO"
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A parcel that is to be carried. The reference is ours, and the same however often we ask."""

    reference: str
    sender: Party
    recipient: Party
    contents: str
    returns: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """The number of the parcel, and where its label is fetched, if it is."""

    number: str
    label: str = ""


class Carrier(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def tracks(self) -> bool:
        """Whether it can be asked where a parcel is."""

    @property
    def books(self) -> bool:
        """Whether parcels can be ordered from it."""

    def track(self, number: str) -> Tracked: ...
    def book(self, shipment: Shipment) -> Booking: ...
    def link(self, number: str, language: str) -> str:
        """Where people follow the parcel themselves, if there is such a page."""


class Silent(Exception):
    """The carrier does not answer, or not now. It may be asked again after `wait`."""

    def __init__(self, reason: str, *, wait: timedelta = timedelta(minutes=5)) -> None:
        super().__init__(reason)
        self.wait = wait


class Garbled(Exception):
    """The carrier answers what cannot be read."""


class Declined(Exception):
    """The carrier does not take the parcel, and says why. Asking again would not help."""
