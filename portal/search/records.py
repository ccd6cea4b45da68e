"""Records that a search shows, of whichever kind, and which of them it asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

PERSON, COLLEAGUE, CUSTOMER = "person", "colleague", "customer"
DEVICE, REQUEST, REPLACEMENT, LICENSE = "device", "request", "replacement", "license"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of what was found, of whichever kind."""

    kind: str
    id: int
    account_id: int | None
    title: str
    detail: str
    state: str
    model_id: int | None
    day: date | None
    customer: str
    numbers: str
    exact: int

    @property
    def place(self) -> int:
        """Of somebody in the list of an account's users."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which records to show: by their ids, and those that the text names exactly."""

    ids: Mapping[str, Collection[int]]
    number: str = ""  # of a device: serial number or MAC address
    codes: Collection[str] = ()  # of a license key
    tail: str = ""  # the last signs of one, where several customers are searched
    people: tuple[str, int, datetime] | None = None  # a text, the account, and now
    colleagues: str = ""
    customers: str = ""
    among: Collection[int] | None = None  # of customers, where not all may be known of
    across: bool = False  # whether several customers are read, so that each is named
    granted: Mapping[str, Collection[int]] | None = None  # and of these accounts only
