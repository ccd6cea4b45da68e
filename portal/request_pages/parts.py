"""Long stories are shown in parts: the newest, those before it, or the one an entry is in.

A part is so many messages, and whatever else happened from the first of them to the one after the
last. `?before=m17` asks for what was said before that message, `?entry=e42` for the part that has
this entry. What is not understood leads to the newest part.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

MESSAGES = 15  # of a part: what is drawn takes longer than what is looked up
_ANCHOR = re.compile("[mnsel][1-9][0-9]{0,8}")
BEGINNING, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """The part that is asked for: by the message before which it ends, or by an entry of it."""

    before: str = ""
    entry: str = ""

    @property
    def anchor(self) -> str:
        return self.before or self.entry

    @property
    def number(self) -> int:
        return int(self.anchor[1:] or 0)


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown: from a moment until before another; and how the story goes on around it."""

    since: datetime = BEGINNING
    until: datetime = END
    older: str = ""  # the anchor of the message before which the next part ends; nothing: the first
    heard: int = 0  # messages of others that everybody may read, in the whole story
    heard_by_staff: int = 0  # and those that only staff read

    @property
    def newest(self) -> bool:
        return self.until == END

    @property
    def whole(self) -> bool:
        return self.newest and not self.older

    def has(self, at: datetime) -> bool:
        return self.since <= at < self.until


def place_asked(arguments: Mapping[str, str]) -> Place:
    """The place in an address, whoever wrote it."""
    before, entry = (arguments.get(name, "") for name in ("before", "entry"))
    if _ANCHOR.fullmatch(before) and before[0] in "mn":
        return Place(before=before)
    return Place(entry=entry) if _ANCHOR.fullmatch(entry) else Place()
