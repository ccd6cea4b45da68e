"""Texts that nobody means well with, and what tells by which names a door looks for them."""

import base64
from typing import Any

from portal.web.sent import Sent


def cursor(json: str) -> str:
    """What a list's address carries of the page before, with something else in it."""
    return base64.urlsafe_b64encode(json.encode()).decode().rstrip("=")


# As they stand in an address, where also what is no text can be sent: half a character, no UTF-8.
ENCODED = ("a%00b", "%00", "%ED%A0%80", "%FF%FE%C0%AF%", "%0D%0ASet-Cookie:%20a=b")
TEXTS = (
    " ",
    "ø" * 10_000,
    "ord " * 2_500,
    "-1",
    "9" * 400,
    "9223372036854775808",
    "1e309",
    "'; DROP TABLE product -- %_\\*()[]{}|^$:&!<-> {{7*7}} <script>alert(1)</script>",
    "\u202e\u200b\ufeff\ufffe\uffff\U0001f600Å" + "\u0301" * 300,
    "../../etc/passwd",
    "P-9999999999999999999999",
)
# What is typed into forms goes on into the database.
FIELDS = ("a\0b", "ø" * 10_000, "9" * 30, "\r\n\x1b\u202e\ufeff\uffff\U0001f600")
CURSORS = tuple(
    map(
        cursor,
        (
            '["\\ud800", 1]',
            '["\\u0000", 1]',
            "[1e400]",
            "[true]",
            "[9223372036854775808]",
            '["0001-01-01T00:00:00+14:00", 1]',
            '["9999-12-31T23:59:59-14:00", 1]',
            "[" * 5_000,
        ),
    )
)


class Asked(Sent):
    """What was sent, which remembers by what names it was looked for, for all of its kind."""

    names: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def getlist(self, name: str, *rest: Any, **more: Any) -> Any:  # type: ignore[override]
        self.names.add(name)
        return super().getlist(name, *rest, **more)
