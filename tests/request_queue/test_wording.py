from datetime import timedelta

import pytest
from flask import Flask

from portal.request_queue.filters import View
from portal.request_queue.wording import left_color, nothing, time_left
from portal.service_requests.rules import Status
from portal.service_requests.wording import status_here
from portal.web.locale import speaking
from tests.factories import MOMENT

LEFT = [
    (timedelta(0), "0 min left", "warning"),
    (timedelta(seconds=59), "0 min left", "warning"),
    (timedelta(minutes=47), "47 min left", "warning"),
    (timedelta(hours=2), "2 h left", "warning"),
    (timedelta(hours=2, minutes=1), "2 h 1 min left", "neutral"),
    (timedelta(hours=47, minutes=59), "47 h 59 min left", "neutral"),
    (timedelta(days=2, hours=23), "2 days left", "neutral"),
    (-timedelta(seconds=1), "0 min overdue", "danger"),
    (-timedelta(minutes=25), "25 min overdue", "danger"),
    (-timedelta(hours=8), "8 h overdue", "danger"),
    (-timedelta(hours=8, minutes=3), "8 h 3 min overdue", "danger"),
    (-timedelta(days=9), "9 days overdue", "danger"),
]


@pytest.mark.parametrize(("left", "said", "color"), LEFT)
def test_how_long_is_left_is_said_in_words(
    app: Flask, left: timedelta, said: str, color: str
) -> None:
    with app.test_request_context(), speaking("en"):
        assert time_left(MOMENT + left, MOMENT) == said
        assert left_color(MOMENT + left, MOMENT) == color


def test_to_staff_you_are_not_the_customer(app: Flask) -> None:
    with app.test_request_context(), speaking("en"):
        words = {status_here(each) for each in Status}

    assert "Waiting for the customer" in words
    assert "Waiting for you" not in words


def test_every_empty_list_says_why(app: Flask) -> None:
    with app.test_request_context(), speaking("en"):
        assert len({nothing(each) for each in View}) == len(View)
