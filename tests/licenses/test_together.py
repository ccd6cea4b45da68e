"""Seats moved and taken back together, and all that is done with seats undone right after."""

import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.history import Event, What
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_models import SeatChange
from portal.licenses.rules import Standing
from tests.factories import make_account, make_license, make_product, make_seat, make_site

_token = count()


def form(picked: list[str], **told: str) -> dict[str, Any]:
    return {"picked": picked, "token": f"together-{next(_token)}", **told}


def in_force(session: Session) -> set[tuple[int, str, str, int]]:
    """Of each license: at which site, with whom, how many."""
    session.expire_all()
    return {
        (it.license_id, it.site.name if it.site else "", it.holder, it.seats)
        for it in session.scalars(select(LicenseAssignment))
        if it.ended_at is None
    }


def way_back(client: FlaskClient, location: str) -> str:
    found = re.search(r'action="(/licenses/changes/[^"]+)"', client.get(location).text)
    assert found, "no way back is offered"
    return found[1]


@pytest.fixture
def lens(session: Session, account: Account) -> License:
    site = make_site(session, account, "Tromsø")
    it = make_license(session, account, seats=10)
    make_seat(session, it, site_id=site.id, seats=4)
    make_seat(session, it, holder="Ola Hansen")
    return it


@pytest.fixture
def zoom(session: Session, account: Account) -> License:
    it = make_license(session, account, "Zoom Rooms")
    make_seat(session, it, product_id=make_product(session, account=account).id)
    return it


def test_seats_of_several_licenses_are_moved_in_one_act_and_put_back(
    *, session: Session, client: FlaskClient, account: Account, lens: License, zoom: License
) -> None:
    make_site(session, account, "Bodø")
    before = in_force(session)
    page = client.get("/licenses/seats", query_string={"picked": [lens.reference, zoom.reference]})
    picked = re.findall(r'name="picked" id="(LA-\d+)"', page.text)
    assert len(picked) == 3

    moved = client.post(
        "/licenses/seats/moves", data=form(picked, site="Bodø", room="Saltstraumen")
    )

    assert moved.status_code == 303
    assert in_force(session) == {
        (lens.id, "Bodø", "", 4),
        (lens.id, "Bodø", "", 1),
        (zoom.id, "Bodø", "", 1),
    }
    assert (lens.seats_used, zoom.seats_used) == (5, 1)
    assert "2 licenses<" in client.get("/licenses?q=saltstraumen").text
    undone = client.post(way_back(client, moved.location))
    assert undone.status_code == 303
    assert in_force(session) == before
    assert (lens.seats_used, zoom.seats_used) == (5, 1)
    assert "0 licenses<" in client.get("/licenses?q=saltstraumen").text
    assert "1 license<" in client.get("/licenses?q=ola+hansen").text
    again = client.post(
        f"/licenses/changes/{session.scalars(select(SeatChange)).one().reference}/reversal"
    )
    assert "It is undone already." in client.get(again.location).text


def test_seats_are_taken_back_together_and_whoever_had_them_has_them_again(
    session: Session, client: FlaskClient, lens: License
) -> None:
    before = in_force(session)
    seats = [it.reference for it in session.scalars(select(LicenseAssignment))]

    back = client.post("/licenses/seats/returns", data=form(seats))

    assert in_force(session) == set()
    assert lens.seats_used == 0
    client.post(way_back(client, back.location))
    assert in_force(session) == before
    assert lens.seats_used == 5
    told = session.scalars(select(Event.what).where(Event.kind == "license")).all()
    assert sorted(told) == [What.LICENSE_TAKEN_BACK] * 2 + [What.SEATS_UNDONE] * 2


@pytest.mark.parametrize("deed", ["assign", "move", "take back"])
def test_each_deed_with_a_seat_can_be_undone_right_after(
    deed: str, session: Session, client: FlaskClient, lens: License
) -> None:
    before = in_force(session)
    seat = session.scalars(select(LicenseAssignment).where(LicenseAssignment.holder != "")).one()
    path, data = {
        "assign": (f"/licenses/{lens.reference}/assignments", {"seats": "2", "holder": "Per"}),
        "move": (f"/licenses/assignments/{seat.reference}/move", {"seats": "1", "holder": "Per"}),
        "take back": (f"/licenses/assignments/{seat.reference}/return", {}),
    }[deed]

    done = client.post(path, data=data | {"token": f"deed-{next(_token)}"})
    assert in_force(session) != before
    client.post(way_back(client, done.location))

    assert in_force(session) == before
    assert lens.seats_used == 5


def test_what_somebody_has_changed_since_is_not_undone(
    session: Session, client: FlaskClient, lens: License
) -> None:
    seats = [it.reference for it in session.scalars(select(LicenseAssignment))]
    back = client.post("/licenses/seats/returns", data=form(seats))
    undo = way_back(client, back.location)
    url = f"/licenses/{lens.reference}/assignments"
    client.post(url, data={"seats": "8", "holder": "Per", "token": "others"})
    after = in_force(session)

    answer = client.post(undo)

    assert "Somebody has changed the seats meanwhile." in client.get(answer.location).text
    assert in_force(session) == after


def test_after_an_hour_nothing_is_undone(
    session: Session, client: FlaskClient, lens: License
) -> None:
    seats = [it.reference for it in session.scalars(select(LicenseAssignment))]
    back = client.post("/licenses/seats/returns", data=form(seats))
    undo = way_back(client, back.location)
    change = session.scalars(select(SeatChange)).one()
    change.at -= timedelta(minutes=61)
    session.commit()
    page = client.get(back.location)

    assert page.status_code == 200
    assert "/reversal" not in page.text
    answer = client.post(undo)

    assert "That time is over." in client.get(answer.location).text
    assert in_force(session) == set()


def test_all_are_moved_or_none(
    session: Session, client: FlaskClient, account: Account, lens: License, zoom: License
) -> None:
    make_site(session, account, "Bodø")
    zoom.standing = Standing.REVOKED
    session.commit()
    before = in_force(session)
    seats = [it.reference for it in session.scalars(select(LicenseAssignment))]

    answer = client.post("/licenses/seats/moves", data=form(seats, site="Bodø"))

    assert answer.status_code == 422
    assert f"{zoom.reference} is revoked or has expired" in answer.text
    assert in_force(session) == before


@pytest.mark.parametrize("told", [{}, {"room": "Bryggen"}, {"site": "Nowhere"}])
def test_where_they_are_to_be_must_be_said(
    told: dict[str, str], session: Session, client: FlaskClient, lens: License
) -> None:
    seats = [it.reference for it in session.scalars(select(LicenseAssignment))]
    before = in_force(session)
    answer = client.post("/licenses/seats/moves", data=form(seats, **told))
    assert answer.status_code == 422
    assert 'id="site-error"' in answer.text
    assert in_force(session) == before


def test_the_same_form_sent_twice_moves_once(
    session: Session, client: FlaskClient, account: Account, lens: License
) -> None:
    make_site(session, account, "Bodø")
    data = form([it.reference for it in session.scalars(select(LicenseAssignment))], site="Bodø")
    first, second = (client.post("/licenses/seats/moves", data=data) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert len(session.scalars(select(SeatChange)).all()) == 1


def test_nobody_picks_or_undoes_what_is_another_customers(
    session: Session, client: FlaskClient, kari: User
) -> None:
    theirs = make_account(session, "Andre AS")
    it = make_license(session, theirs, "Deres lisens")
    seat = make_seat(session, it, holder="Per")
    picked = {"picked": [it.reference, seat.reference]}

    assert "Deres lisens" not in client.get("/licenses/seats", query_string=picked).text
    answer = client.post("/licenses/seats/returns", data=form([seat.reference]))
    assert answer.status_code == 422
    assert in_force(session) == {(it.id, "", "Per", 1)}
