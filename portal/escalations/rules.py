"""When a promise holds, and how near a deadline is."""

from datetime import datetime, timedelta

from portal.base.words import N_, Refused

NEAR, DUE = 75, 100  # how much of a target is used, in per cent, when people are told
FURTHEST = timedelta(days=14)  # that a next update may be promised for


def promise(due_at: datetime, now: datetime) -> datetime:
    if due_at <= now:
        raise Refused(N_("Choose a time that is still to come."), field="next_due")
    if due_at > now + FURTHEST:
        raise Refused(N_("Promise the next update within two weeks."), field="next_due")
    return due_at


def reached(due_at: datetime, whole: timedelta, now: datetime) -> int:
    """The threshold that a running target is at or past: what is left decides, not when it began,
    for a pause moves the end and not the beginning. Nothing is near: 0."""
    left = due_at - now
    if left <= timedelta(0):
        return DUE
    return NEAR if left <= whole / 4 else 0
