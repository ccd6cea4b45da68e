"""Weeks as they are counted here, and how old what is open is."""

from datetime import date, datetime, time, timedelta

from portal.base import clock
from portal.base.words import N_, LabelledEnum


class Period(LabelledEnum):
    """How many weeks are looked at, the one at hand included."""

    MONTH = "4", N_("The last 4 weeks")
    QUARTER = "12", N_("The last 12 weeks")
    HALF_YEAR = "26", N_("The last 26 weeks")
    YEAR = "52", N_("The last 52 weeks")

    @property
    def weeks(self) -> int:
        return int(self.value)


class Age(LabelledEnum):
    """How long ago something that is still open was opened."""

    DAY = "day", N_("Less than a day")
    THREE_DAYS = "three_days", N_("1 to 3 days")
    WEEK = "week", N_("3 to 7 days")
    TWO_WEEKS = "two_weeks", N_("1 to 2 weeks")
    MONTH = "month", N_("2 weeks to 30 days")
    OLDER = "older", N_("More than 30 days")


# Younger than so many days; the last has no end.
AGES = dict(zip(Age, (1, 3, 7, 14, 30, None), strict=True))


PLEASED = 4  # of five: satisfied, or very satisfied


def week_starts(today: date, weeks: int) -> list[datetime]:
    """When each of the last weeks began, on a Monday at midnight in Norway; the oldest first.

    Days are counted and not hours: twice a year a week has one hour more, or less.
    """
    monday = today - timedelta(days=today.weekday())
    days = [monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1)]
    return [datetime.combine(day, time(), clock.OSLO) for day in days]


def share(met: int, missed: int) -> float | None:
    """How many of a hundred were met; None where there were none."""
    return met * 100 / (met + missed) if met + missed else None
