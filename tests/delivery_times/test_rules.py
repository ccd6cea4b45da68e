from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base.words import Refused
from portal.base.workdays import Workdays
from portal.delivery_times.rules import (
    CUT_OFF,
    Promise,
    Shipping,
    Stretch,
    checked_shipping,
    checked_stretch,
    extra_days,
    promise,
    read_days_off,
    write_days_off,
)
from tests.delivery_times.calendar import promised

OSLO = ZoneInfo("Europe/Oslo")
# Every worked date of DESIGN, Oslo to Oslo.
WORKED = [
    ("2026-11-19 14:59:59", "2026-11-19", "2026-11-20"),
    ("2026-11-19 15:00:00", "2026-11-20", "2026-11-23"),
    ("2026-11-20 15:00:01", "2026-11-23", "2026-11-24"),
    ("2026-11-21 10:00", "2026-11-23", "2026-11-24"),
    ("2026-04-01 14:00", "2026-04-01", "2026-04-07"),
    ("2026-04-01 16:00", "2026-04-07", "2026-04-08"),
    ("2026-05-13 14:00", "2026-05-13", "2026-05-15"),
    ("2027-05-14 14:00", "2027-05-14", "2027-05-18"),
    ("2026-12-23 14:00", "2026-12-23", "2026-12-28"),
    ("2026-12-30 16:00", "2027-01-04", "2027-01-05"),
]
SVALBARD = Stretch(country="NO", first=9170, last=9179, days=3)
_FIRST, _LAST = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2035-12-31")
MOMENTS = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
DEFAULT = Shipping()


def told(
    wall: str,
    postal_code: str = "0150",
    shipping: Shipping = DEFAULT,
    cut_off: int = CUT_OFF,
) -> Promise:
    approved = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(shipping.zone))
    return promise(
        approved,
        shipping,
        cut_off=cut_off,
        country="NO",
        postal_code=postal_code,
        stretches=[SVALBARD],
    )


@pytest.mark.parametrize(("approved", "handed_over", "arrives"), WORKED)
def test_every_worked_date_is_promised(approved: str, handed_over: str, arrives: str) -> None:
    found = told(approved)

    assert (str(found.handed_over), str(found.arrives)) == (handed_over, arrives)
    assert promised(approved) == (found.handed_over, found.arrives)


def test_on_every_day_of_sixteen_years_it_is_what_the_other_calendar_says() -> None:
    day, wrong = date(2020, 1, 1), []
    while day.year < 2036:
        for time in ("00:00:00", "14:59:59", "15:00:00", "23:59:59"):
            found = told(f"{day} {time}")
            if (found.handed_over, found.arrives) != promised(f"{day} {time}"):
                wrong.append((day, time))
        day += timedelta(days=1)
    assert wrong == []


@given(MOMENTS, st.integers(0, 9))
def test_at_any_moment_it_is_what_the_other_calendar_says(moment: datetime, more: int) -> None:
    stretches = [Stretch(country="NO", first=150, last=150, days=more)] if more else []
    found = promise(moment, Shipping(), country="NO", postal_code="0150", stretches=stretches)
    wall = moment.astimezone(OSLO).replace(tzinfo=None).isoformat()

    assert (found.handed_over, found.arrives) == promised(wall, more)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_who_asks_later_never_gets_it_sooner(moment: datetime, later: timedelta) -> None:
    first, second = (
        promise(it, Shipping(), country="NO", postal_code="0150") for it in (moment, moment + later)
    )

    assert first.handed_over <= second.handed_over
    assert first.arrives <= second.arrives


@given(MOMENTS)
def test_it_holds_until_the_moment_that_is_told_and_no_second_longer(moment: datetime) -> None:
    found = promise(moment, Shipping(), country="NO", postal_code="0150")
    last, late = found.approve_before - timedelta(seconds=1), found.approve_before

    assert moment < found.approve_before
    assert promise(last, Shipping(), country="NO", postal_code="0150") == found
    assert promise(late, Shipping(), country="NO", postal_code="0150").arrives > found.arrives


@pytest.mark.parametrize("day", ["2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26"])
def test_the_cut_off_is_by_the_wall_on_both_sides_of_summer_time(day: str) -> None:
    """The clocks change on a Sunday; to the second, in summer time and without."""
    wall = datetime.fromisoformat(f"{day} 15:00").replace(tzinfo=OSLO).astimezone(UTC)
    before, at = (
        promise(moment, Shipping(), country="NO", postal_code="0150")
        for moment in (wall - timedelta(seconds=1), wall)
    )

    assert str(before.handed_over) == day
    assert at.handed_over > before.handed_over


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@pytest.mark.parametrize("time", ["00:30", "01:59:59", "02:30", "03:00", "14:59:59", "23:59:59"])
def test_on_the_days_the_clocks_change_it_goes_on_monday(day: str, time: str) -> None:
    monday = date.fromisoformat(day) + timedelta(days=1)

    assert told(f"{day} {time}").handed_over == monday


def test_the_cut_off_is_that_of_the_shipping_sites_time_zone() -> None:
    reykjavik = Shipping(zone="Atlantic/Reykjavik", country="IS")
    moment = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)  # 15.30 in Oslo

    assert promise(moment, Shipping(), country="NO").handed_over == date(2026, 11, 20)
    assert promise(moment, reykjavik, country="NO").handed_over == date(2026, 11, 19)


def test_holidays_are_those_of_each_end() -> None:
    """17 May is Norway's: nothing leaves there, and what comes to Sweden arrives."""
    in_sweden = Shipping(country="SE", zone="Europe/Stockholm")
    monday = datetime(2027, 5, 17, 10, tzinfo=OSLO)

    assert promise(monday, Shipping(), country="SE").handed_over == date(2027, 5, 18)
    assert promise(monday, in_sweden, country="NO").handed_over == date(2027, 5, 17)
    friday = datetime(2027, 5, 14, 10, tzinfo=OSLO)
    assert promise(friday, Shipping(), country="SE").arrives == date(2027, 5, 17)
    assert promise(friday, Shipping(), country="NO").arrives == date(2027, 5, 18)


def test_some_postal_codes_take_longer() -> None:
    assert told("2026-11-19 14:00", "9170").arrives == date(2026, 11, 25)
    assert told("2026-11-19 14:00", "9179").arrives == date(2026, 11, 25)
    assert told("2026-11-19 14:00", "9180").arrives == date(2026, 11, 20)
    assert extra_days([SVALBARD], "SE", "9170") == 0
    assert extra_days([SVALBARD], "NO", "Longyearbyen") == 0


def test_cut_off_and_days_off_are_settings() -> None:
    every_day, early = Shipping(days_off=frozenset()), 10 * 60 + 30

    for wall, handed_over in (
        ("2026-12-23 14:00", date(2026, 12, 24)),
        ("2026-12-23 10:29:59", date(2026, 12, 23)),
        ("2026-12-23 10:30", date(2026, 12, 24)),
    ):
        assert told(wall, shipping=every_day, cut_off=early).handed_over == handed_over
    assert told("2026-12-23 00:00", cut_off=0).handed_over == date(2026, 12, 28)
    assert told("2026-12-23 23:58:59", cut_off=1439).handed_over == date(2026, 12, 23)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("24.12, 31.12", {(12, 24), (12, 31)}),
        ("24.12.\n31. 12.", {(12, 24), (12, 31)}),
        ("", set()),
        ("29.2; 1.7,", {(2, 29), (7, 1)}),
    ],
)
def test_days_off_are_read_as_they_are_written(text: str, days: set[tuple[int, int]]) -> None:
    assert read_days_off(text) == days
    assert read_days_off(write_days_off(days)) == days


@pytest.mark.parametrize("text", ["31.11", "24/12", "jul", "0.1", "24.12.2026", "24.12 31.12"])
def test_what_is_no_day_of_the_year_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_days_off(text)
    assert refused.value.field == "days_off"


def test_not_every_day_can_be_off() -> None:
    with pytest.raises(Refused):
        read_days_off(", ".join(f"{day}.1" for day in range(1, 22)))
    assert Workdays("NO", read_days_off(", ".join(f"{day}.1" for day in range(1, 21))))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (("NO", "91", "", 3), "first_code"),
        (("NO", "9170", "abcd", 3), "last_code"),
        (("NO", "9179", "9170", 3), "last_code"),
        (("NO", "9170", "9179", 0), "days"),
        (("NO", "9170", "9179", 21), "days"),
        (("NO", "9100", "9170", 2), "first_code"),
        (("NO", "9175", "", 2), "first_code"),
        (("SE", "abc", "", 2), "first_code"),
    ],
)
def test_a_stretch_that_cannot_be_is_refused(told: tuple[str, str, str, int], field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_stretch(*told, known=[SVALBARD])
    assert refused.value.field == field


def test_a_stretch_is_one_code_or_several() -> None:
    assert checked_stretch("NO", "8099", "", 4, [SVALBARD]).last == 8099
    assert checked_stretch("SE", "981 07", "981 99", 1, [SVALBARD]).first == 98107


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (Shipping(name=" "), "name"),
        (Shipping(zone="Norway"), "zone"),
    ],
)
def test_a_shipping_site_that_cannot_be_is_refused(told: Shipping, field: str) -> None:
    with pytest.raises(Refused) as refused:
        checked_shipping(told)
    assert refused.value.field == field
