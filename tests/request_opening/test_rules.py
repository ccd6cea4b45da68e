from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.base.words import Refused
from portal.request_opening.rules import call_window

OSLO = ZoneInfo("Europe/Oslo")
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # in Oslo it is twelve


def window(day: date | None, start: int | None, end: int | None) -> tuple[str, str]:
    found = call_window(day, start, end, now=NOON, zone=OSLO)
    return tuple(it.astimezone(OSLO).strftime("%d %H.%M") if it else "" for it in found)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ((None, None, None), ("", "")),
        ((None, 13 * 60, 15 * 60), ("20 13.00", "20 15.00")),
        ((None, 10 * 60, 15 * 60), ("20 10.00", "20 15.00")),
        ((None, 8 * 60, 12 * 60), ("21 08.00", "21 12.00")),
        ((None, 11 * 60, None), ("21 11.00", "")),
        ((None, None, 14 * 60), ("", "20 14.00")),
        ((date(2026, 11, 23), 8 * 60, None), ("23 08.00", "")),
        ((date(2026, 11, 23), None, None), ("23 00.00", "")),
    ],
)
def test_a_time_to_call_is_today_or_tomorrow_when_it_has_passed(
    told: tuple[date | None, int | None, int | None], meant: tuple[str, str]
) -> None:
    assert window(*told) == meant


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ((None, 15 * 60, 13 * 60), "call_until"),
        ((None, 15 * 60, 15 * 60), "call_until"),
        ((date(2026, 11, 19), 8 * 60, None), "call_day"),
        ((date(2028, 1, 1), None, None), "call_day"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    told: tuple[date | None, int | None, int | None], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        window(*told)
    assert refusal.value.field == field


def test_the_clock_is_the_callers_also_when_summer_time_ends() -> None:
    day = date(2027, 10, 31)
    start, _end = call_window(
        day, 12 * 60, None, now=datetime(2027, 10, 30, 6, tzinfo=UTC), zone=OSLO
    )
    assert start == datetime(2027, 10, 31, 11, tzinfo=UTC)
