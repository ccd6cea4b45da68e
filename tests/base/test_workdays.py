"""Business days against a calendar worked out in another way, without the library."""

from datetime import date, timedelta

import pytest

from portal.base.workdays import Workdays
from tests.delivery_times.calendar import is_workday_in_norway

OFF = frozenset({(12, 24), (12, 31)})
NORWAY = Workdays("NO", OFF)
DAYS = [date(2020, 1, 1) + timedelta(days=each) for each in range(16 * 366 - 12)]


def test_every_day_of_sixteen_years_is_a_business_day_or_not_as_the_other_calendar_says() -> None:
    assert (DAYS[0], DAYS[-1] >= date(2035, 12, 31)) == (date(2020, 1, 1), True)

    assert [day for day in DAYS if (day in NORWAY) != is_workday_in_norway(day)] == []


@pytest.mark.parametrize(
    "holiday",
    [
        *("2026-01-01", "2026-04-02", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14"),
        *("2027-05-17", "2026-05-25", "2026-12-25", "2025-12-26", "2026-12-24", "2026-12-31"),
    ],
)
def test_each_holiday_of_norway_is_none(holiday: str) -> None:
    assert date.fromisoformat(holiday) not in NORWAY


def test_christmas_eve_and_new_years_eve_are_a_setting() -> None:
    eves = [date(2026, 12, 24), date(2026, 12, 31)]

    assert [day in Workdays("NO") for day in eves] == [True, True]
    assert [day in NORWAY for day in eves] == [False, False]


def test_a_saturday_does_not_count_and_is_never_where_one_ends_up() -> None:
    assert NORWAY.after(date(2026, 11, 20)) == date(2026, 11, 23)
    assert NORWAY.at_or_after(date(2026, 11, 21)) == date(2026, 11, 23)
    assert NORWAY.at_or_after(date(2026, 11, 20)) == date(2026, 11, 20)
    assert NORWAY.after(date(2026, 11, 20), 10) == date(2026, 12, 4)
    assert NORWAY.after(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_each_country_has_holidays_of_its_own() -> None:
    assert date(2026, 5, 14) not in Workdays("DK")  # Ascension Day
    assert date(2027, 5, 17) in Workdays("SE")
    assert date(2026, 6, 17) not in Workdays("IS")
    assert date(2027, 12, 6) not in Workdays("FI")
