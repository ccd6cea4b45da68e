"""Pages of a list in which some rows have nothing in the column that it goes by."""

import base64
import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import Date, column

from portal.base.tenancy import ScopedSession
from portal.service_requests.list_queries import requests_listed
from portal.service_requests.models import ServiceRequest
from portal.web.paging import Order, Page, cursor, page_of
from tests.factories import MOMENT, make_account, make_request

DUE, ID = ServiceRequest.due_at, ServiceRequest.id
UPWARDS = Order((DUE, ID), empties_last=True)
DOWNWARDS = Order((DUE, ID), descending=True, empties_last=True)
HOURS = [5, None, 2, 2, None, 9, None, 1, 2, None]  # until each is due


@pytest.fixture
def ids(session: ScopedSession) -> list[int]:
    account = make_account(session)
    made = [make_request(session, account) for _ in HOURS]
    for request, hours in zip(made, HOURS, strict=True):
        request.due_at = MOMENT + timedelta(hours=hours) if hours else None
    session.commit()
    return [each.id for each in made]


def page_at(app: Flask, session: ScopedSession, order: Order, size: int, **place: Any) -> Page:
    with app.test_request_context(f"/?{urlencode(place)}"):
        return page_of(session, requests_listed(), order, size=size)


def walk(app: Flask, session: ScopedSession, order: Order, size: int) -> list[Page]:
    pages = [page_at(app, session, order, size)]
    while pages[-1].following:
        pages.append(page_at(app, session, order, size, after=pages[-1].following))
    return pages


def in_order(ids: list[int], *, down: bool = False) -> list[int]:
    pairs = list(zip(HOURS, ids, strict=True))
    filled = sorted((hours, each) for hours, each in pairs if hours)
    empty = sorted(each for hours, each in pairs if not hours)
    return [each for _h, each in filled[:: -1 if down else 1]] + empty[:: -1 if down else 1]


@pytest.mark.parametrize("order", [UPWARDS, DOWNWARDS], ids=["up", "down"])
@pytest.mark.parametrize("size", [1, 3, 4, 6, 10, 25])
def test_rows_with_nothing_come_last_on_every_way_through_the_list(
    app: Flask, session: ScopedSession, ids: list[int], order: Order, size: int
) -> None:
    pages = walk(app, session, order, size)
    forwards = [row.id for page in pages for row in page.rows]
    backwards, place = list(pages[-1].rows), pages[-1].preceding
    while place:
        page = page_at(app, session, order, size, before=place)
        backwards, place = [*page.rows, *backwards], page.preceding

    assert forwards == in_order(ids, down=order.descending)
    assert [row.id for row in backwards] == forwards
    assert pages[0].preceding is None


def test_the_whole_list_is_read_in_the_same_order(session: ScopedSession, ids: list[int]) -> None:
    for order in (UPWARDS, DOWNWARDS):
        found = session.execute(requests_listed().order_by(*order.ways)).all()
        assert [row.id for row in found] == in_order(ids, down=order.descending)


def test_a_row_that_moves_meanwhile_takes_no_other_along(
    app: Flask, session: ScopedSession, ids: list[int]
) -> None:
    first = page_at(app, session, UPWARDS, 3)
    shown = [row.id for row in first.rows]
    gone = session.get_one(ServiceRequest, shown[0])
    gone.due_at = None
    new = make_request(session, make_account(session))
    new.due_at = MOMENT
    session.commit()

    rest = [row.id for row in page_at(app, session, UPWARDS, 25, after=first.following).rows]

    untouched = [each for each in in_order(ids) if each not in shown]
    assert [each for each in rest if each != gone.id] == untouched
    assert new.id not in rest


def spelled(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        spelled(None, None),
        spelled(None),
        spelled(None, "1"),
        spelled(1, 1),
        spelled("0001-01-01T00:00:00+14:00", 1),
        spelled("9999-12-31T23:59:59-14:00", 1),
        spelled("2026-01-01", 2**31),
        spelled([], {}),
    ],
)
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert cursor(text, UPWARDS) is None


def test_a_day_is_a_place_and_what_is_none_is_not() -> None:
    by_day = Order((column("day", Date()), ID))

    assert cursor(spelled("2026-11-19", 1), by_day) == [date(2026, 11, 19), 1]
    assert cursor(spelled("19.11.2026", 1), by_day) is None
    assert cursor(spelled(20261119, 1), by_day) is None


def test_nothing_is_no_place_where_every_row_has_something() -> None:
    assert cursor(spelled(None, 1), Order((DUE, ID))) is None
    assert cursor(spelled(None, 1), UPWARDS) == [None, 1]
