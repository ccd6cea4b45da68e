from datetime import date, timedelta

import pytest

from portal.base.words import Refused
from portal.licenses.rules import (
    Standing,
    Status,
    masked,
    parts_of,
    read_key,
    refuse_seats,
    status_of,
    tail_of,
)

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("standing", "days", "status"),
    [
        (Standing.ACTIVATED, None, Status.ACTIVE),
        (Standing.ACTIVATED, 91, Status.ACTIVE),
        (Standing.ACTIVATED, 90, Status.EXPIRING),
        (Standing.ACTIVATED, 0, Status.EXPIRING),  # the last day is covered
        (Standing.ACTIVATED, -1, Status.EXPIRED),
        (Standing.NOT_ACTIVATED, None, Status.NOT_ACTIVATED),
        (Standing.NOT_ACTIVATED, 10, Status.NOT_ACTIVATED),
        (Standing.NOT_ACTIVATED, -1, Status.EXPIRED),
        (Standing.REVOKED, 400, Status.REVOKED),
        (Standing.REVOKED, -1, Status.REVOKED),
    ],
)
def test_a_license_stands_in_one_way_on_a_day(
    standing: Standing, days: int | None, status: Status
) -> None:
    ends_on = None if days is None else TODAY + timedelta(days)
    assert status_of(standing, ends_on, TODAY) is status


def test_a_key_is_kept_as_it_is_printed_and_known_by_its_signs() -> None:
    assert read_key("  abcd-efgh\t9f2k \n") == "abcd-efgh 9f2k"
    assert tail_of("abcd-efgh-9f-2k") == "9F2K"
    assert masked("9F2K") == "••••-9F2K"
    assert masked(None) == ""


@pytest.mark.parametrize("text", ["", " - ", "ABC-123", "A" * 201, "ABCD-EFGH\u202e9F2K"])
def test_what_cannot_be_a_key_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_key(text)


def test_the_parts_of_a_key_are_its_groups_and_more_of_its_last_signs() -> None:
    assert parts_of("PLP7-4KQ2-XN8D-9F2K") == {"PLP7", "4KQ2", "XN8D", "D9F2K", "8D9F2K"}


@pytest.mark.parametrize(
    ("wanted", "used", "seats", "fits"),
    [
        (1, 49, 50, True),
        (2, 49, 50, False),
        (0, 0, 50, False),
        (-1, 0, 50, False),
        (9, 10**6, None, True),
        (10**7, 0, None, False),
    ],
)
def test_no_more_seats_are_given_than_there_are(
    wanted: int, used: int, seats: int | None, *, fits: bool
) -> None:
    if fits:
        refuse_seats(wanted, used=used, seats=seats)
    else:
        with pytest.raises(Refused):
            refuse_seats(wanted, used=used, seats=seats)
