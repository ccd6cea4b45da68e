"""What becomes of a replacement when its carrier is asked, over HTTP and through the worker."""

import random
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.app import open_worker
from portal.base import clock
from portal.base.history import Event as Happening
from portal.base.history import What
from portal.base.jobs import Job, later
from portal.base.worker import Worker
from portal.carriers import asking, jobs, polling
from portal.carriers.actions import note
from portal.carriers.models import Parcel, ParcelWatch
from portal.carriers.rules import Answer, Direction, Status
from portal.config import Settings
from portal.products.models import Product, ProductStatus
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage, Track
from tests.carriers.conftest import (
    NUMBER,
    SENT,
    UNKNOWN,
    Desk,
    answer,
    event,
    events,
    parcel,
    sent,
    watched,
)
from tests.factories import make_account, make_product
from tests.returns.conftest import went

Look = Callable[[], None]
ALL = [
    event("PRE_NOTIFIED", -2),
    event("HANDED_IN", 1),
    event("IN_TRANSIT", 3),
    event("TRANSPORT_TO_RECIPIENT", 18),
    event("DELIVERED", 20),
]


def test_the_new_device_is_followed_to_the_door(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(*ALL[:3])
    look()
    assert (rma.stage, rma.delivered_on) == (Stage.IN_TRANSIT, None)
    posten.says[NUMBER] = answer(*ALL[::-1])
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        look()

    assert (rma.stage, rma.delivered_on) == (Stage.DELIVERED, date(2026, 11, 20))
    assert rma.return_due_on == date(2026, 12, 4)  # ten business days from then
    assert went(session, rma, Track.REPLACEMENT) == ["in_transit", "delivered"]
    assert [it.status for it in events(session)][-1] is Status.DELIVERED
    assert len(events(session)) == 5
    old = session.get_one(Product, rma.product_id)
    assert old.status is ProductStatus.REPLACED
    assert session.query(Product).filter_by(serial_number=rma.new_serial_number).count() == 1
    done = session.scalars(select(Happening.what).where(Happening.kind == "replacement")).all()
    assert done == [What.DELIVERED]


def test_what_has_come_is_not_asked_for_again(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(*ALL)
    look()
    for _ in range(2):
        with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
            look()
    assert posten.asked == [NUMBER]
    assert watched(session).next_at is None


def test_told_again_or_in_any_order_it_is_the_same(
    session: Session, posten: Desk, look: Look, account: Account
) -> None:
    chance = random.Random(5)
    for number in range(8):
        number_of_it = f"37072215000{number:04}"
        it = sent(session, account, number=number_of_it, new_serial_number=f"8G2241000{number:04}V")
        told = [each for each in ALL for _ in range(2)]
        chance.shuffle(told)
        for cut in (3, 6, 10):
            posten.says[number_of_it] = answer(*told[:cut], number=number_of_it)
            session.query(ParcelWatch).update({"next_at": clock.now()})
            session.commit()
            look()
        assert (it.stage, it.delivered_on) == (Stage.DELIVERED, date(2026, 11, 20))
        stages = went(session, it, Track.REPLACEMENT)
        assert stages == sorted(stages, key=["in_transit", "delivered"].index)
        assert session.query(Parcel).filter_by(replacement_id=it.id).one().status_at
    assert len(events(session)) <= 8 * 5


def test_an_older_event_that_comes_late_moves_nothing_back(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(event("READY_FOR_PICKUP", 20))
    look()
    posten.says[NUMBER] = answer(event("READY_FOR_PICKUP", 20), event("IN_TRANSIT", 3))
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        look()
    assert rma.stage is Stage.READY_FOR_PICKUP
    assert went(session, rma, Track.REPLACEMENT) == ["ready_for_pickup"]
    assert len(events(session)) == 2


def test_what_a_number_told_before_is_another_parcels(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(event("DELIVERED", -24 * 200), event("HANDED_IN", -24 * 201))
    look()
    assert rma.stage is Stage.SHIPPED
    assert events(session) == []
    assert watched(session).answer is Answer.KNOWN


def test_a_number_that_is_given_again_tells_of_the_newer_parcel(
    session: Session, posten: Desk, look: Look, account: Account
) -> None:
    long_ago = SENT - timedelta(days=30)
    old = sent(session, account, shipped_at=long_ago, new_serial_number="8G22410000AACV")
    new = sent(session, make_account(session))
    told = [event("IN_TRANSIT", -24 * 30 + 4), event("HANDED_IN", 1), event("DELIVERED", 20)]
    posten.says[NUMBER] = answer(*told)
    look()

    assert (old.stage, new.stage) == (Stage.IN_TRANSIT, Stage.DELIVERED)
    found = {it.replacement_id: it.status for it in session.query(Parcel)}
    assert found == {old.id: Status.IN_TRANSIT, new.id: Status.DELIVERED}


def test_several_devices_in_one_parcel_arrive_together(
    session: Session, posten: Desk, look: Look, account: Account
) -> None:
    them = [sent(session, account, new_serial_number=f"8G2241000000{n}V") for n in range(3)]
    posten.says[NUMBER] = answer(event("DELIVERED", 20))
    look()
    assert {it.stage for it in them} == {Stage.DELIVERED}


def test_what_is_handed_in_is_under_way_and_received_by_the_scan_alone(
    session: Session, posten: Desk, look: Look, account: Account
) -> None:
    it = sent(session, account, back="370722159999999", stage=Stage.DELIVERED)
    posten.otherwise = answer(event("PRE_NOTIFIED", 1))
    look()
    assert it.returned is ReturnStage.LABEL_READY
    posten.otherwise = answer(
        event("PRE_NOTIFIED", 1), event("HANDED_IN", 5), event("DELIVERED", 9)
    )
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        look()

    assert (it.returned, it.liability) == (ReturnStage.UNDER_WAY, Liability.AT_RISK)
    assert went(session, it, Track.RETURN) == ["under_way"]
    assert it.delivered_on is None  # of the new device nothing was told
    assert posten.asked == ["370722159999999"] * 2  # the new one is here already
    it.returned = ReturnStage.RECEIVED
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        look()
    assert len(posten.asked) == 2


def test_that_somebody_was_told_is_not_where_a_parcel_is(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(event("IN_TRANSIT", 2), event("NOTIFICATION_SENT", 3))
    look()
    assert parcel(session).status is Status.IN_TRANSIT


def test_what_nobody_knows_the_meaning_of_is_kept_and_moves_nothing(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer(event("TELEPORTED", 2, description="Pakken er flyttet"))
    look()
    assert rma.stage is Stage.SHIPPED
    (told,) = events(session)
    assert (told.status, told.code, told.text) == (Status.OTHER, "TELEPORTED", "Pakken er flyttet")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (503, Answer.SILENT),
        (401, Answer.SILENT),
        (None, Answer.SILENT),
        (b"<html>", Answer.GARBLED),
        (b'{"consignmentSet": [' + b" " * 1_000_000 + b"]}", Answer.GARBLED),
        (UNKNOWN, Answer.UNKNOWN),
    ],
)
def test_what_went_wrong_is_known_and_asked_again_later(  # noqa: PLR0917
    session: Session, posten: Desk, look: Look, rma: Replacement, said: Any, expected: Answer
) -> None:
    posten.says[NUMBER] = answer(*ALL[:3])
    look()
    posten.says[NUMBER] = said
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        look()
        asked_at, answered_at = watched(session).asked_at, watched(session).answered_at
        assert watched(session).answer is expected
        assert watched(session).next_at
        assert asked_at == clock.now()
        assert (answered_at == clock.now()) is (expected is Answer.UNKNOWN)
    assert parcel(session).status is Status.IN_TRANSIT  # the last that is known
    assert went(session, rma, Track.REPLACEMENT) == ["in_transit"]
    posten.says[NUMBER] = answer(*ALL)
    with time_machine.travel(clock.now() + timedelta(hours=9), tick=False):
        look()
    assert rma.stage is Stage.DELIVERED


def test_a_parcel_of_which_nothing_is_heard_is_asked_for_more_and_more_seldom(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    posten.says[NUMBER] = answer()
    pauses = []
    for _ in range(7):
        with time_machine.travel(watched(session).next_at or 0, tick=False):
            look()
            pauses.append((watched(session).next_at or clock.now()) - clock.now())
    assert pauses == [timedelta(minutes=it) for it in (10, 20, 40, 80, 160, 240, 240)]
    posten.says[NUMBER] = answer(event("HANDED_IN", 1))
    with time_machine.travel(watched(session).next_at or 0, tick=False):
        look()
        assert watched(session).next_at == clock.now() + timedelta(minutes=10)


def test_after_long_enough_nobody_asks(
    session: Session, posten: Desk, look: Look, rma: Replacement
) -> None:
    with time_machine.travel(SENT + timedelta(days=122), tick=False):
        look()
        assert watched(session).next_at is None
    assert posten.asked == []


def test_a_carrier_that_is_away_is_found_out_by_a_few(
    session: Session, posten: Desk, look: Look, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", 1)
    for number in range(12):
        sent(session, account, number=f"37{number:04}", new_serial_number=f"8G22410{number:05}V")
    posten.otherwise = 503
    look()

    assert len(posten.asked) == 4
    silent = session.query(ParcelWatch).filter_by(answer=Answer.SILENT, tries=0)
    assert silent.count() == 12
    assert silent.filter(ParcelWatch.asked_at.is_(None)).count() == 8  # they were not asked for
    assert all(it.next_at and it.next_at > clock.now() for it in silent)


def test_one_wrong_answer_stops_no_other_parcel(
    session: Session, posten: Desk, look: Look, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = sent(session, account)
    bad = sent(session, make_account(session), number="666", new_serial_number="8G22410000AACV")
    posten.says[NUMBER] = posten.says["666"] = answer(event("DELIVERED", 20))

    def wrong(session: Any, it: Replacement, *told: Any, **ways: Any) -> None:
        if it.id == bad.id:  # a second parcel where there is one
            session.add(Parcel(replacement_id=it.id, direction=Direction.OUT, carrier="Posten"))
            session.flush()
        note(session, it, *told, **ways)

    monkeypatch.setattr(polling, "note", wrong)
    look()
    assert (good.stage, bad.stage) == (Stage.DELIVERED, Stage.SHIPPED)


def test_nothing_is_asked_for_a_closed_customer_or_without_a_key(  # noqa: PLR0917
    session: Session, posten: Desk, look: Look, app: Flask, account: Account, rma: Replacement
) -> None:
    from tests.conftest import SETTINGS  # noqa: PLC0415

    later(session, "carriers.look")
    session.commit()
    open_worker(app, SETTINGS).run_due()
    assert posten.asked == []
    account.closed_at = clock.now()
    session.commit()
    look()
    assert posten.asked == []
    assert watched(session).next_at is None


def test_no_transaction_is_open_while_a_carrier_is_asked(
    session: Session, posten: Desk, look: Look, rma: Replacement, ola: User
) -> None:
    """On SQLite a writer would wait for it, and here that would be ourselves."""

    def write() -> None:
        ola.name = "Ola Nordmann"
        session.commit()

    posten.meanwhile = write
    posten.says[NUMBER] = answer(*ALL)
    look()
    assert (rma.stage, ola.name) == (Stage.DELIVERED, "Ola Nordmann")


def test_two_workers_at_once_ask_for_each_parcel_once(  # noqa: PLR0917
    session: Session, posten: Desk, app: Flask, settings: Settings, account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(polling, "BATCH", 10)
    monkeypatch.setattr(jobs, "BATCH", 10)
    made = make_product(session, account=account).model
    for number in range(60):
        device = make_product(session, account=account, model=made)
        new = f"8G22410{number:05}V"
        sent(session, account, product=device, number=f"37{number:04}", new_serial_number=new)
    posten.otherwise = answer(event("HANDED_IN", 1), number="")
    posten.delay = 0.01
    for turn in range(2):
        later(session, "carriers.ask", turn=turn)
    session.commit()
    workers = [open_worker(app, settings) for _ in range(2)]
    threads = [threading.Thread(target=it.run_due) for it in workers]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(posten.asked) == [f"37{number:04}" for number in range(60)]
    assert len(events(session)) == 60
    session.expire_all()
    assert {it.stage for it in session.query(Replacement)} == {Stage.IN_TRANSIT}


class Killed(BaseException):
    pass


@pytest.mark.parametrize("moment", ["_news", "_keep", "_put_down"])
def test_who_dies_between_asking_and_writing_leaves_one_truth(  # noqa: PLR0917
    session: Session,
    posten: Desk,
    worker: Worker,
    look: Look,
    rma: Replacement,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    posten.says[NUMBER] = answer(*ALL)
    real = getattr(polling, moment)

    def killed(*told: Any, **ways: Any) -> None:
        if moment == "_put_down" and "news" in ways:
            real(*told, **ways)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(polling, moment, killed)
        later(session, "carriers.ask", turn=0)
        session.commit()
        with pytest.raises(Killed):
            worker.run_due()
    session.expire_all()
    assert went(session, rma, Track.REPLACEMENT) == []
    assert events(session) == []
    session.query(Job).delete()
    session.commit()
    look()  # too soon: it is leased still
    assert len(posten.asked) == 1
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        look()
    assert rma.stage is Stage.DELIVERED
    assert len(events(session)) == 5
    assert went(session, rma, Track.REPLACEMENT) == ["delivered"]


def test_who_comes_back_too_late_changes_nothing(
    session: Session, posten: Desk, worker: Worker, rma: Replacement
) -> None:
    """Its lease had ended, and somebody else has asked meanwhile."""

    def overtake() -> None:
        session.query(ParcelWatch).update({"lease": "another's", "tries": 3})
        session.commit()

    posten.meanwhile, posten.says[NUMBER] = overtake, answer()
    later(session, "carriers.ask", turn=0)
    session.commit()
    worker.run_due()
    session.expire_all()
    assert (watched(session).lease, watched(session).tries) == ("another's", 3)


def test_it_queues_up_behind_other_jobs_when_there_is_much_to_ask(
    session: Session, posten: Desk, worker: Worker, account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(polling, "BATCH", 2)
    monkeypatch.setattr(jobs, "BATCH", 2)
    monkeypatch.setattr(jobs, "_TURN", 0.0001)
    for number in range(5):
        sent(session, account, number=f"37{number:04}", new_serial_number=f"8G22410{number:05}V")
    posten.otherwise = answer()
    later(session, "carriers.look")
    session.commit()
    assert worker.run_one()
    asked = session.scalars(select(Job.name)).all()
    assert asked == ["carriers.ask"] * 3
    worker.run_due()
    assert len(posten.asked) == 5
