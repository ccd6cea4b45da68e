"""What opening a request goes by: examples of severity, when to call back, how many at once."""

from datetime import date, datetime, timedelta, tzinfo

from portal.agreements.targets import Severity
from portal.base.wall_time import moment_there
from portal.base.words import N_, Refused

MOST_AT_ONCE = 50  # requests that are opened in one go
DRAFT_KEY = "new"
EXAMPLES = {
    Severity.CRITICAL: N_("Everyone is down and nobody can work. There is no way around it."),
    Severity.HIGH: N_("Many people are hit, or a key function is lost."),
    Severity.MEDIUM: N_("Some people are hit, and there is a way around it."),
    Severity.LOW: N_("A question or a wish."),
}


def call_window(
    day: date | None, start: int | None, end: int | None, *, now: datetime, zone: tzinfo
) -> tuple[datetime | None, datetime | None]:
    """When to call back, from minutes after midnight where the caller is.

    Without a day it is today, or tomorrow if the time has passed. A day alone is the whole of it.
    """
    if day is None and start is None and end is None:
        return None, None
    if start is not None and end is not None and end <= start:
        raise Refused(N_("Choose an end that is after the beginning."), field="call_until")
    here = now.astimezone(zone)
    passed = end if end is not None else start
    if day is None:
        late = passed is not None and passed <= here.hour * 60 + here.minute
        day = here.date() + timedelta(days=1 if late else 0)
    if day < here.date():
        raise Refused(N_("Choose a day that has not passed."), field="call_day")
    if day > here.date() + timedelta(days=365):
        raise Refused(N_("Choose a day within a year."), field="call_day")
    if start is None and end is None:
        start = 0
    return _at(day, start, zone, "call_from"), _at(day, end, zone, "call_until")


def _at(day: date, minutes: int | None, zone: tzinfo, field: str) -> datetime | None:
    return None if minutes is None else moment_there(day, minutes, zone, field=field)
