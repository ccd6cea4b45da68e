"""Business days: Monday to Friday, but for a country's holidays and days that we keep off.

In Norwegian «arbeidsdag»: Saturdays do not count, as they would in «virkedag».
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

_A_DAY = timedelta(days=1)
Yearly = tuple[int, int]  # a month and a day of it


@dataclass(frozen=True, slots=True)
class Workdays:
    """The business days of a country. `off` are days of every year that do not count either."""

    country: str  # such as NO
    off: frozenset[Yearly] = frozenset()

    def __contains__(self, day: date) -> bool:
        at_work = day.weekday() < 5 and (day.month, day.day) not in self.off
        return at_work and day not in _holidays(self.country, day.year)

    def at_or_after(self, day: date) -> date:
        while day not in self:
            day += _A_DAY
        return day

    def after(self, day: date, number: int = 1) -> date:
        """The business day that is so many after a day, whether or not that is one itself."""
        for _ in range(number):
            day = self.at_or_after(day + _A_DAY)
        return day


def get_ready() -> None:
    """Read in the library: with the first country that is asked for it reads all of them, which
    takes seconds that no visitor is to wait for."""
    _holidays("NO", 2000)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays(country, years=year))
