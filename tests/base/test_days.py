from datetime import date

import pytest

from portal.base.days import names_no_day, read_day

LAST = date(2027, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "31.12.2027",
        " 31/12/2027 ",
        "31. 12. 2027",
        "2027-12-31",
        "2027-12-31 00:00:00",
        "31 Dec 2027",
        "31. desember 2027",
        "31 december 2027",
    ],
)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert read_day(text) == LAST


@pytest.mark.parametrize("month", ["mai", "May", "5", "05"])
def test_months_have_names_in_two_languages(month: str) -> None:
    assert read_day(f"17.{month}.2027") == date(2027, 5, 17)


@pytest.mark.parametrize(
    "text", ["", "31", "31.12", "31.12.27", "31.13.2027", "29.2.2027", "12/31/2027", "i dag"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("29.02.2041", True),
        (" 31 april 2027 ", True),
        ("2027-13-01", True),
        ("29.02.2040", False),
        ("", False),
        ("31.12", False),
        ("1 smarch 2027", False),
    ],
)
def test_days_that_do_not_exist_are_told_from_what_is_no_day(text: str, named: bool) -> None:
    assert names_no_day(text) is named
