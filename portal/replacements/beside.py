"""What other features know of a replacement, shown on its page and on that of the desk.

Each feature says here what it has to tell, so that this one need not know of any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page. Its template is handed what was found; with None it is not shown."""

    template: str
    find: Callable[[ScopedSession, Replacement], Any]


_PARTS: list[Part] = []
_DESK_PARTS: list[Part] = []


def tells_of_replacements(template: str, find: Callable[[ScopedSession, Replacement], Any]) -> None:
    """On the page that customers see."""
    _PARTS.append(Part(template, find))


def tells_the_desk(template: str, find: Callable[[ScopedSession, Replacement], Any]) -> None:
    _DESK_PARTS.append(Part(template, find))


def told_of(
    session: ScopedSession, it: Replacement, *, desk: bool = False
) -> list[tuple[str, Any]]:
    """The templates of the sections that are shown, with what each of them tells."""
    parts = _DESK_PARTS if desk else _PARTS
    found = [(part.template, part.find(session, it)) for part in parts]
    return [(template, told) for template, told in found if told is not None]
