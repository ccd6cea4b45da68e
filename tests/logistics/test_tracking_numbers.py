"""Whose number it is that is scanned when something is sent, and with which carrier it goes."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base import clock
from portal.base.history import Event, What
from portal.carriers.models import OtherCarrier, Parcel, ParcelWatch
from portal.carriers.rules import Direction
from portal.replacements.models import Replacement
from portal.replacements.rules import ReturnStage, Stage
from tests.factories import make_account, make_replacement
from tests.logistics.test_routes import (
    DESK,
    PROMISED,
    SCANS,
    _thursday_afternoon,
    account,
    approved,
    fresh,
    lars,
    ola,
    scanned,
)
from tests.replacements.test_routes import words

__all__ = ["_thursday_afternoon", "account", "approved", "lars", "ola"]
NUMBER = SCANS["tracking_number"]
OTHER = {"serial_number": "8G22418888ZZCV"}


@pytest.mark.parametrize("elsewhere", ["another customer", "another address"])
def test_the_number_of_a_parcel_to_another_address_is_refused(
    elsewhere: str, session: Session, lars: FlaskClient, account: Account, approved: Replacement
) -> None:
    whose = make_account(session) if elsewhere == "another customer" else account
    told: Any = {"stage": Stage.IN_TRANSIT, "tracking_number": NUMBER}
    if whose is account:
        told["street"] = "En annen vei 7"
    other = make_replacement(session, whose, **told)
    for more in ({}, {"again": "y"}):
        refused = scanned(lars, approved, **more)
        assert refused.status_code == 422
        assert f"on its way to another address: {other.reference}" in words(refused.text)
    assert fresh(session, approved).stage is Stage.APPROVED
    assert scanned(lars, approved, tracking_number="370722150000002").status_code == 303
    path = f"{DESK}/{approved.reference}/shipment"
    corrected = lars.post(path, data=SCANS)
    assert corrected.status_code == 422
    assert other.reference in words(corrected.text)


def test_several_to_one_address_lie_in_one_parcel_if_it_is_said(
    session: Session, lars: FlaskClient, account: Account, approved: Replacement
) -> None:
    assert scanned(lars, approved).status_code == 303
    other = make_replacement(session, account, stage=Stage.APPROVED, **PROMISED)
    refused = scanned(lars, other, **OTHER)
    assert refused.status_code == 422
    assert f"to the same address: {approved.reference}" in words(refused.text)
    assert 'name="again"' in refused.text
    assert scanned(lars, other, **OTHER, again="y").status_code == 303


def test_the_number_of_a_return_label_is_refused_while_it_is_awaited(
    session: Session, lars: FlaskClient, approved: Replacement
) -> None:
    told: Any = {"stage": Stage.DELIVERED, "returned": ReturnStage.LABEL_READY}
    other = make_replacement(session, make_account(session), **told)
    ids = {"account_id": other.account_id, "replacement_id": other.id}
    parcel = {"carrier": "Posten", "number": NUMBER, "since": clock.now()}
    for kind in (Parcel, ParcelWatch):
        session.add(kind(**ids, **parcel, direction=Direction.BACK))
    session.commit()
    refused = scanned(lars, approved)
    assert refused.status_code == 422
    assert f"on the return label of {other.reference}" in words(refused.text)
    other.returned = ReturnStage.RECEIVED
    session.commit()
    assert scanned(lars, approved).status_code == 303


def test_the_carrier_that_was_chosen_stays_for_the_next_and_can_be_corrected(
    session: Session, lars: FlaskClient, account: Account, approved: Replacement
) -> None:
    session.add(OtherCarrier(name="Budbil"))
    session.commit()
    assert scanned(lars, approved, carrier="Budbil").status_code == 303
    chosen = 'selected value="Budbil"'
    assert chosen in lars.get(DESK).text
    page = f"{DESK}/{approved.reference}"
    assert chosen in lars.get(page).text
    assert lars.post(f"{page}/shipment", data=SCANS | {"carrier": "Ingen"}).status_code == 422
    assert lars.post(f"{page}/shipment", data=SCANS | {"carrier": "Posten"}).status_code == 303
    assert fresh(session, approved).carrier == "Posten"
    details = session.scalars(
        select(Event.details).where(Event.what == What.SHIPMENT_CORRECTED)
    ).all()
    assert details == [{"carrier": ["Budbil", "Posten"]}]
    assert chosen in lars.get(DESK).text
