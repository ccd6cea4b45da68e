"""What another feature tells on the pages of downloads: of one model, and above them all.

It says so here, so that this one need not know of it.
"""

from collections.abc import Callable
from typing import Any

from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model

_OF_MODEL: list[tuple[str, Callable[[ScopedSession, Model], Any]]] = []
_OF_ALL: list[tuple[str, Callable[[ScopedSession], Any]]] = []


def tells_of_downloads(
    of_model: str,
    find: Callable[[ScopedSession, Model], Any],
    of_all: str,
    find_all: Callable[[ScopedSession], Any],
) -> None:
    """Two templates, each handed what was found as `told`."""
    _OF_MODEL.append((of_model, find))
    _OF_ALL.append((of_all, find_all))


def told_of_model(session: ScopedSession, model: Model) -> list[tuple[str, Any]]:
    return [(template, find(session, model)) for template, find in _OF_MODEL]


def told_of_all(session: ScopedSession) -> list[tuple[str, Any]]:
    return [(template, find(session)) for template, find in _OF_ALL]
