"""What lets more customers have firmware that is out, or sooner, or by another way: that takes two.

What only keeps it from some, or for longer, protects them, and one may do it alone and at once.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from portal.downloads.rules import Audience, Channel
from portal.publishing.facts import ReleaseFacts, changes

Change = dict[str, list[Any]]  # of each fact what it was, and what it is to be

DECIDING = frozenset(
    {"models", "channels", "security", "audience", "opens_at", "pilots", "predecessor_id"}
)
_WIDTH = [Audience.COVERED, Audience.SIGNED_IN, Audience.PUBLIC]
_LISTS: dict[str, Any] = {"models": int, "channels": Channel, "pilots": int}
_READ: dict[str, Any] = {
    "audience": Audience,
    "opens_at": lambda text: datetime.fromisoformat(text) if text else None,
}


def parted(before: ReleaseFacts, after: ReleaseFacts, now: datetime) -> tuple[ReleaseFacts, Change]:
    """What may be so at once, and what waits for another."""
    told = changes(before, after)
    waits = {
        name: each
        for name, each in told.items()
        if name in DECIDING and not _narrows(name, before, after, now)
    }
    return replace(after, **{name: getattr(before, name) for name in waits}), waits


def with_change(facts: ReleaseFacts, change: Change) -> ReleaseFacts:
    """The facts once it is in force. Of a list it adds and takes away what it did when it was
    proposed: what was taken away since does not come back with it."""
    stated: dict[str, Any] = {}
    for name, (old, new) in change.items():
        if name in _LISTS and new:
            there = getattr(facts, name)
            kept = [each for each in there if each in new or each not in old]
            added = [each for each in new if each not in old and each not in there]
            stated[name] = tuple(map(_LISTS[name], [*kept, *added]))
        elif name in _LISTS:
            stated[name] = ()
        else:
            stated[name] = _READ.get(name, lambda value: value)(new)
    return replace(facts, **stated)


def _narrows(name: str, before: ReleaseFacts, after: ReleaseFacts, now: datetime) -> bool:
    old, new = getattr(before, name), getattr(after, name)
    match name:
        case "models" | "channels":
            return set(new) <= set(old)
        case "pilots":  # with none, everyone has it
            return bool(new) and (not old or set(new) <= set(old))
        case "audience":
            return _WIDTH.index(new) <= _WIDTH.index(old)
        case "opens_at":  # a day that has been is as good as none
            return max(new or now, now) >= max(old or now, now)
        case _:
            return False
