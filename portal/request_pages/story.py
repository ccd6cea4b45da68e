"""What the story of a request is made of: a line for each thing that was said or happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from portal.base.files import StoredFile
from portal.base.words import N_, LabelledEnum


class Side(LabelledEnum):
    """From which side somebody writes, as seen by whoever reads."""

    YOU = "you", N_("You")
    COLLEAGUE = "colleague", N_("Your colleague")
    CUSTOMER = "customer", N_("Customer")
    PARTNER = "partner", N_("Partner")
    SUPPORT = "support", N_("Poly support")
    PORTAL = "portal", N_("The portal")


class Sort(StrEnum):
    """How much of it is shown: whole, in a line, or folded up with what stands beside it."""

    MESSAGE = "message"
    CHANGE = "change"
    MINOR = "minor"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the story, and where they come by what it leads to.

    To whoever is `outside`, staff or of the `partner` named, the customer's people are no
    colleagues.
    """

    person_id: int
    outside: bool
    partner: str | None
    file_href: Callable[[int], str]  # by the id of a request's file
    request_href: Callable[[str], str]  # by the reference of a request


@dataclass(frozen=True, slots=True)
class Linked:
    """A link of the request, with the one at its other end, as far as it is seen."""

    kind: str
    reference: str
    subject: str
    outward: bool  # whether it was linked from here
    internal: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Attached:
    file: StoredFile
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    at: datetime
    sort: Sort
    anchor: str
    who: str = ""
    side: Side | None = None
    title: str = ""  # what a change was; of a message, what it is in the story
    text: str = ""
    href: str = ""  # what the title leads to
    subject: str = ""  # of what it leads to
    files: tuple[Attached, ...] = ()
    moved: tuple[str, ...] = ()  # what changed in the same act
    internal: bool = False
    by_mail: bool = False
    came_from: str = ""  # of a mail that staff took over: from where, and who did
    folded: tuple["Line", ...] = field(default=())
