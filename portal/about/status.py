"""How the portal is running, in plain words: from the checks that `/readyz` makes."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask import current_app

from portal.base import clock
from portal.base.words import N_

# What people notice when a part does not work.
PARTS = {
    "database": N_("Signing in, and all pages"),
    "files": N_("Uploading and downloading files"),
    "jobs": N_("Imports and e-mail"),
}
_GOOD_FOR = timedelta(seconds=15)


class Readiness(Protocol):
    def check(self) -> dict[str, bool]: ...


@dataclass(frozen=True, slots=True)
class Status:
    checked_at: datetime
    parts: dict[str, bool]

    @property
    def is_good(self) -> bool:
        return all(self.parts.values())


class LastStatus:
    """The last look, good for a while: everybody may ask, and that must cost next to nothing."""

    def __init__(self) -> None:
        self._status: Status | None = None
        self._looking = threading.Lock()

    def now(self) -> Status:
        with self._looking:
            now = clock.now()
            if self._status is None or not timedelta() <= now - self._status.checked_at < _GOOD_FOR:
                readiness: Readiness = current_app.extensions["readiness"]
                found = readiness.check()
                self._status = Status(now, {part: found.get(part, False) for part in PARTS})
            return self._status


def current_status() -> Status:
    last: LastStatus = current_app.extensions["status"]
    return last.now()
