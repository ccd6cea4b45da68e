"""What an incident is to whom, and for how long it is told of."""

from datetime import datetime, timedelta

from portal.base.words import N_, LabelledEnum

RECENT = timedelta(days=90)  # how long `/status` tells of one that is over


class State(LabelledEnum):
    """How far the work has come. With the last one the incident is over."""

    INVESTIGATING = "investigating", N_("Investigating")
    IDENTIFIED = "identified", N_("Cause found")
    WATCHING = "watching", N_("Fixed, being watched")
    SOLVED = "solved", N_("Solved")


class Impact(LabelledEnum):
    DEGRADED = "degraded", N_("Slower or poorer than usual")
    PARTIAL = "partial", N_("Parts do not work")
    OUTAGE = "outage", N_("Does not work")


class Service(LabelledEnum):
    """What it hits: services that every customer uses, or devices of a category."""

    PORTAL = "portal", N_("The support portal")
    LENS = "lens", N_("Poly Lens")
    HEADSET = "headset", N_("Headsets and personal devices")
    VIDEO = "video", N_("Video")
    VOICE = "voice", N_("Voice")


class Audience(LabelledEnum):
    """Who can read of it."""

    PUBLIC = "public", N_("Everyone, on the public page of service status")
    CONCERNED = "concerned", N_("Customers who use what is affected")
    CHOSEN = "chosen", N_("Chosen customers only")


EVERYBODYS = frozenset({Service.PORTAL, Service.LENS})


def is_told_of(ended_at: datetime | None, now: datetime) -> bool:
    """Whether it stands in the list of what is and what was lately."""
    return ended_at is None or now - ended_at <= RECENT


def is_late(next_update_due_at: datetime | None, now: datetime) -> bool:
    """Whether an update was promised that has not come."""
    return next_update_due_at is not None and next_update_due_at < now
