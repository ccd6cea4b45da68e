"""A time as somebody reads it from a clock on the wall, where the clock is changed twice a year."""

from datetime import UTC, date, datetime, time, tzinfo

from portal.base.words import N_, Refused

_NEVER = N_("This time does not exist on that day: the clock is put forward. Choose another.")
_TWICE = N_("This time comes twice on that day: the clock is put back. Choose another.")


def moment_there(
    day: date, minutes: int, zone: tzinfo, *, field: str, agreed: bool = True
) -> datetime:
    """The moment, where there is one. What was `agreed` on must not be told in two ways either; of
    what has happened the first is taken."""
    here = datetime.combine(day, time(minutes // 60, minutes % 60), zone)
    found = here.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) != here.replace(tzinfo=None):
        raise Refused(_NEVER, field=field)
    if agreed and here.utcoffset() != here.replace(fold=1).utcoffset():
        raise Refused(_TWICE, field=field)
    return found
