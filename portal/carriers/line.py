"""Lines to a carrier's server that stay open from one question to the next.

The address is the operator's own, so it may be in any network. How long an answer takes and how
much is read of it is bounded, and redirects are not followed.
"""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from portal.base.fetch import cut_after
from portal.carriers.interface import Garbled, Silent

MOST_BYTES = 1_000_000
_STEP, _IN_ALL = 5, 10  # seconds
_LONGEST_WAIT = 3600  # seconds, however long we are told to be away


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    content: Any  # read from JSON


class Lines:
    """As many as there are who ask at once."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname or "", parts.port
        self._path = parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "Support portal", **headers}
        self._idle: deque[HTTPConnection] = deque()

    def get(self, path: str) -> Said:
        """Asked again at once where an open line turns out to have been closed meanwhile."""
        try:
            return self._ask("GET", path, self._idle.pop())
        except (IndexError, _HungUp):
            return self._ask("GET", path)

    def post(self, path: str, told: Mapping[str, Any]) -> Said:
        """On a line of its own: nobody knows whether what broke off was heard."""
        try:
            return self._ask("POST", path, body=json.dumps(told).encode())
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _ask(
        self, method: str, path: str, held: HTTPConnection | None = None, body: bytes | None = None
    ) -> Said:
        used = held or self._kind(self._host, self._port, timeout=_STEP)
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        try:
            with cut_after(_IN_ALL, used):
                used.request(method, f"{self._path}{path}", body, headers)
                answer = used.getresponse()
                content = answer.read(MOST_BYTES + 1)
        except (OSError, HTTPException, ValueError) as trouble:
            used.close()
            hung_up = held is not None and isinstance(trouble, ConnectionError)
            raise (_HungUp if hung_up else Silent)(type(trouble).__name__) from None
        if answer.isclosed() and not answer.will_close:
            self._idle.append(used)
        else:
            used.close()
            answer.close()
        return _read(answer.status, answer.headers.get("Retry-After"), content)


class _HungUp(Silent):
    pass


def _read(status: int, wait: str | None, content: bytes) -> Said:
    if status == 429 or status >= 500:
        seconds = int(wait) if wait and wait.isascii() and wait.isdigit() else 300
        wanted = timedelta(seconds=max(1, min(seconds, _LONGEST_WAIT)))
        raise Silent(f"It answers {status}.", wait=wanted)
    if len(content) > MOST_BYTES:
        raise Garbled("It answers with more than we read.")
    try:
        return Said(status, json.loads(content))
    except (ValueError, RecursionError):
        raise Garbled(f"It answers {status} and no JSON.") from None
