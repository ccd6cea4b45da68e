"""What a search shows: groups of lines, each a link to what was found."""

from dataclasses import dataclass, field

from portal.search.rules import COUNTED
from portal.web.formats import number
from portal.web.locale import gettext as _


@dataclass(frozen=True, slots=True)
class Line:
    """A link, with what tells it from others: its number before it, and the rest after it."""

    label: str
    path: str
    number: str = ""
    detail: str = ""
    language: str = ""  # of the label, where it is not the page's


@dataclass(frozen=True, slots=True)
class Way:
    """To the list that has the rest."""

    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    title: str
    lines: list[Line]
    total: int
    ways: list[Way] = field(default_factory=list)

    @property
    def count(self) -> str:
        """How many there are; of many only that."""
        if self.total > COUNTED:
            return _("more than %(number)s", number=number(COUNTED))
        return number(self.total)


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found; `named` is the one thing that the text is the number or the name of."""

    groups: list[Group]
    named: Line | None = None

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)

    @property
    def many(self) -> bool:
        """Whether nobody counted them all."""
        return any(group.total > COUNTED for group in self.groups)
