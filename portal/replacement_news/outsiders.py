"""Those who wait for a replacement and are no users: a feature that knows of some says so here."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.base.tenancy import ScopedSession
from portal.replacements.models import Replacement


@dataclass(frozen=True, slots=True)
class Outsider:
    name: str
    email: str
    language: str


Find = Callable[[ScopedSession, Replacement], Outsider | None]
_FINDERS: list[Find] = []


def tells_outside(find: Find) -> None:
    _FINDERS.append(find)


def outsider_of(session: ScopedSession, it: Replacement) -> Outsider | None:
    """Whoever asked for it without signing in, or for the one that it follows on."""
    if it.asked_by_id is not None and it.turn:
        return None
    return next((found for find in _FINDERS if (found := find(session, it))), None)
