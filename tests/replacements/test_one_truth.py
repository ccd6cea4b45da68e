"""Whatever people do in whichever order: one truth, nothing sent twice, no stock below zero."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count as counting
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category
from portal.products.models import Product, ProductCount, ProductStatus
from portal.replacements.actions import Asked, ask_for_replacements
from portal.replacements.addresses import Address
from portal.replacements.approving import call_off
from portal.replacements.deciding import approve_asked, approve_waiting, decline
from portal.replacements.faults import Fault
from portal.replacements.models import Replacement
from portal.replacements.rules import Stage, Track, is_over
from portal.replacements.shipping import deliver, ship
from portal.replacements.step_models import ReplacementStep
from portal.returns.correcting import keep_the_other
from portal.returns.receiving import receive_back
from portal.stock.actions import count, receive
from portal.stock.models import Stock
from tests.factories import (
    MOMENT,
    account_of,
    make_agreement,
    make_model,
    make_product,
    make_stock,
    make_user,
)

STEPS = 50
RUNS = 200 if os.environ.get("PORTAL_TEST_ALL") == "1" else 6  # 10,000 steps, or 300
NOW = datetime(2026, 11, 19, 11, tzinfo=UTC)
TODAY = date(2026, 11, 19)
DEVICES, COUNTED = 4, 3
ADDRESS = Address(
    recipient="Ola", phone="22 22 22 22", street="Storgata 1", postal_code="0155", city="Oslo"
)
GARBAGE = st.sampled_from(["", "'; DROP TABLE", "\u202e\u0000", "Æ" * 99, "x" * 21])
Open = Callable[[int], ScopedSession]
_number = counting(1)
which = st.integers(0, 30)


class Desk(RuleBasedStateMachine):
    """A customer with a few devices, who asks and changes their mind; and a busy warehouse."""

    session: Session
    open: Open

    def __init__(self) -> None:
        super().__init__()
        user = make_user(self.session)
        self.account, self.by = account_of(user), Person(user.id)
        make_agreement(self.session, self.account).targets = {"replaced_by_rule": 6}
        self.model = make_model(self.session, category=Category.HEADSET)
        self.line = make_stock(self.session, 1, model=self.model)
        self.shelf = 1
        self.devices = [
            make_product(self.session, account=self.account, model=self.model).id
            for _ in range(DEVICES)
        ]
        counted = ProductCount(account_id=self.account.id, model=self.model, number=COUNTED)
        counted.registered_at = MOMENT
        self.session.add(counted)
        self.session.commit()
        self.counted = counted.id
        # Few enough that one is scanned again and again, in this parcel and in that.
        self.serials = [f"8G22{next(_number):08}FX" for _ in range(5)]

    def do(self, deed: Callable[[ScopedSession], Any]) -> bool:
        """As a request does it: all of it or nothing."""
        with self.open(self.account.id) as session:
            try:
                deed(session)
            except Refused:
                session.rollback()
                return False
            session.commit()
            return True

    def one(self, session: ScopedSession, number: int) -> Replacement:
        ids = session.scalars(select(Replacement.id).order_by(Replacement.id)).all()
        return session.get_one(Replacement, ids[number % len(ids)])

    def some(self) -> bool:
        self.session.rollback()
        here = Replacement.account_id == self.account.id
        return self.session.scalars(select(Replacement.id).where(here)).first() is not None

    def asks(self, session: ScopedSession, devices: Any, waits: bool, number: int = 1) -> None:
        asked = Asked(fault=Fault.NO_SOUND, tried=[0, 1, 2], address=ADDRESS, waits=waits)
        ask_for_replacements(session, devices, asked, number=number, by=self.by, now=NOW)

    @rule(first=which, several=st.booleans(), waits=st.booleans())
    def asks_for_devices(self, first: int, several: bool, waits: bool) -> None:
        def deed(session: ScopedSession) -> None:
            ids = [self.devices[(first + more) % DEVICES] for more in range(1 + several)]
            self.asks(session, [session.get_one(Product, each) for each in ids], waits)

        self.do(deed)

    @rule(number=st.integers(1, COUNTED + 1), waits=st.booleans())
    def asks_for_some_of_a_count(self, number: int, waits: bool) -> None:
        self.do(lambda it: self.asks(it, [it.get_one(ProductCount, self.counted)], waits, number))

    @precondition(some)
    @rule(number=which)
    def calls_off(self, number: int) -> None:
        self.do(lambda it: call_off(it, self.one(it, number), by=self.by, now=NOW))

    @precondition(some)
    @rule(number=which)
    def declines(self, number: int) -> None:
        self.do(lambda it: decline(it, self.one(it, number), "Nei", by=self.by, now=NOW))

    @precondition(some)
    @rule(number=which)
    def approves(self, number: int) -> None:
        self.do(lambda it: approve_asked(it, self.one(it, number), by=self.by, now=NOW))

    @precondition(some)
    @rule(number=which)
    def more_came(self, number: int) -> None:
        self.do(lambda it: approve_waiting(it, self.one(it, number), now=NOW))

    @precondition(some)
    @rule(number=which, serial=st.integers(0, 4))
    def sends(self, number: int, serial: int) -> None:
        sent: list[bool] = []

        def deed(session: ScopedSession) -> None:
            it, scans = self.one(session, number), self.serials[serial]
            before = it.stage
            ship(
                session, it, serial_number=scans, tracking_number="370715", carrier="",
                again=True, by=self.by, now=NOW,
            )  # fmt: skip
            sent.append(before is Stage.APPROVED)

        if self.do(deed) and sent[0]:
            self.shelf = max(self.shelf - 1, 0)

    @precondition(some)
    @rule(number=which, scanned=GARBAGE, tracking=GARBAGE)
    def scans_garbage(self, number: int, scanned: str, tracking: str) -> None:
        told: dict[str, Any] = {
            "serial_number": scanned,
            "tracking_number": tracking,
            "carrier": "",
        }
        assert not self.do(lambda it: ship(it, self.one(it, number), by=self.by, now=NOW, **told))

    @precondition(some)
    @rule(number=which)
    def delivers(self, number: int) -> None:
        self.do(lambda it: deliver(it, self.one(it, number), on=TODAY, by=self.by, now=NOW))

    @precondition(some)
    @rule(number=which, right=st.booleans())
    def comes_back(self, number: int, right: bool) -> None:
        def deed(session: ScopedSession) -> None:
            it = self.one(session, number)
            old = session.get(Product, it.product_id) if it.product_id else None
            scanned = (old.serial_number if old else "") if right else self.serials[0]
            receive_back(
                session, it, serial_number=scanned or "", condition="", by=self.by, now=NOW
            )

        self.do(deed)

    @precondition(some)
    @rule(number=which)
    def keeps_the_other(self, number: int) -> None:
        def deed(session: ScopedSession) -> None:
            it = self.one(session, number)
            if it.stage is Stage.DELIVERED and it.is_open:
                keep_the_other(session, it, it.new_serial_number or "", by=self.by, now=NOW)

        self.do(deed)

    @rule(number=st.integers(1, 3))
    def stock_comes_in(self, number: int) -> None:
        def deed(session: ScopedSession) -> None:
            model = catalogue_of(session, knowing=[self.model.id])[self.model.id]
            receive(session, model, number, by=self.by)

        assert self.do(deed)
        self.shelf += number

    @rule(number=st.integers(0, 2))
    def is_counted(self, number: int) -> None:
        def deed(session: ScopedSession) -> None:
            line = session.get_one(Stock, self.line.id)
            count(session, line, number, version=line.version, by=self.by)

        assert self.do(deed)
        self.shelf = number

    @invariant()
    def stock_is_what_is_promised_and_never_below_zero(self) -> None:
        self.session.rollback()
        line = self.session.get_one(Stock, self.line.id)
        here = Replacement.account_id == self.account.id, Replacement.stage == Stage.APPROVED
        promised = self.session.scalars(select(func.count(Replacement.id)).where(*here)).one()
        assert (line.on_hand, line.reserved) == (self.shelf, promised)
        assert line.on_hand >= 0

    @invariant()
    def one_device_is_in_use_for_each(self) -> None:
        here = Product.account_id == self.account.id, Product.status == ProductStatus.ACTIVE
        assert self.session.scalars(select(func.count(Product.id)).where(*here)).one() == DEVICES

    @invariant()
    def nothing_is_sent_twice_and_every_track_stands_where_its_steps_say(self) -> None:
        mine = Replacement.account_id == self.account.id
        all_of_them = self.session.scalars(select(Replacement).where(mine)).all()
        sent = Counter(it.new_serial_number for it in all_of_them if it.new_serial_number)
        assert all(number == 1 for number in sent.values())
        going = Counter(it.product_id for it in all_of_them if it.product_id and it.is_open)
        assert all(number == 1 for number in going.values())
        counted = [it for it in all_of_them if it.product_id is None and it.is_open]
        assert len(counted) <= COUNTED
        steps = self.session.scalars(
            select(ReplacementStep)
            .where(ReplacementStep.account_id == self.account.id)
            .order_by(ReplacementStep.id)
        ).all()
        last = {(it.replacement_id, it.track): it.state for it in steps}
        shipped = Counter(it.replacement_id for it in steps if it.state == Stage.SHIPPED)
        for it in all_of_them:
            for track in Track:
                known = last.get((it.id, track))
                assert known is None or known == it.standing(track).value
            assert shipped[it.id] == (1 if it.shipped_at else 0)
            assert is_over(it.stage, it.returned, it.liability) == (not it.is_open)


def test_whatever_happens_there_is_one_truth(session: Session, session_of: Open) -> None:
    class Here(Desk):
        pass

    Here.session, Here.open = session, staticmethod(session_of)
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
