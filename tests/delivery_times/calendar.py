"""The calendar and the promise once more, by other means: Gauss's Easter, and days counted out.

Nothing of the portal's is used. What the two disagree about is wrong in one of them.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count

EVES = {(12, 24), (12, 31)}


@cache
def easter(year: int) -> date:
    """Gauss, with the corrections of Lichtenberg."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    shift = 2 - (3 * century + 3) // 4
    golden = year % 19
    seed = (19 * golden + moon) % 30
    last = seed // 29 + (seed // 28 - seed // 29) * (golden // 11)
    full = 21 + seed - last
    sunday = 7 - (year + year // 4 + shift) % 7
    return date(year, 3, 1) + timedelta(days=full + 7 - (full - sunday) % 7 - 1)


@cache
def _moving(year: int) -> set[date]:
    """Maundy Thursday, Good Friday, both Easter days, Ascension, both days of Pentecost."""
    return {easter(year) + timedelta(days=each) for each in (-3, -2, 0, 1, 39, 49, 50)}


FIXED = {(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)}


def is_workday_in_norway(day: date) -> bool:
    off = (day.month, day.day) in FIXED | EVES or day in _moving(day.year)
    return not off and day.isoweekday() not in {6, 7}


def promised(told: str, extra: int = 0) -> tuple[date, date]:
    """By the clock on the wall in Oslo: when it is handed over, and when it arrives."""
    wall = datetime.fromisoformat(told)
    days = (wall.date() + timedelta(days=each) for each in count())
    late = wall.time() >= time(15)
    leaves = next(
        day for day in days if is_workday_in_norway(day) and (day > wall.date() or not late)
    )
    left, day = 1 + extra, leaves
    while left:
        day += timedelta(days=1)
        left -= is_workday_in_norway(day)
    return leaves, day
