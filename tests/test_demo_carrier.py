from datetime import UTC, datetime, timedelta

import pytest

from portal.carriers.booking import _ours
from portal.carriers.bring import Bring
from portal.carriers.interface import Shipment
from portal.carriers.rules import Status
from portal.demo_carrier import DemoCarrier, serving

BEGAN = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDER = Shipment(reference="RMA-1", sender=_ours(), recipient=_ours(), contents="", returns=True)


@pytest.mark.parametrize(
    ("number", "ends"),
    [
        ("3700", Status.DELIVERED),
        ("3705", Status.READY_FOR_PICKUP),
        ("3706", Status.DEVIATION),
        ("3707", Status.OTHER),  # that the recipient was told, and no more
        ("3708", Status.REGISTERED),
    ],
)
def test_its_parcels_move_with_time(number: str, ends: Status) -> None:
    now = [BEGAN]
    with serving(DemoCarrier(now=lambda: now[0])) as url:
        bring = Bring(url, "u", "k", customer="5")
        told = []
        for minutes in (0, 1, 3, 60):
            now[0] = BEGAN + timedelta(minutes=minutes)
            told.append(bring.track(number).events)
        bring.hang_up()
    assert [it.status for it in told[0]] == [Status.REGISTERED]
    assert len(told[0]) <= len(told[1]) <= len(told[2]) <= len(told[3])
    assert told[3][0].status is ends
    assert all(it.at <= now[0] for it in told[3])


def test_what_is_ordered_begins_and_what_nobody_hands_in_stays() -> None:
    now = [BEGAN]
    with serving(DemoCarrier(now=lambda: now[0], staying={"RMA-1"})) as url:
        bring = Bring(url, "u", "k", customer="5")
        stays = bring.book(ORDER)
        goes = bring.book(
            Shipment(
                **{n: getattr(ORDER, n) for n in ("sender", "recipient", "contents", "returns")},
                reference="RMA-2",
            )
        )
        now[0] += timedelta(hours=1)
        assert bring.track(stays.number).events[0].status is Status.REGISTERED
        assert bring.track(goes.number).events[0].status is Status.DELIVERED
        bring.hang_up()
    assert stays.number != goes.number
