from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.actions import Person
from portal.base.history import DeskEvent, What
from portal.base.jobs import Job
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.words import Overtaken, Refused
from portal.catalogue.catalogue import Model, catalogue_of
from portal.catalogue.models import ProductModel
from portal.stock.actions import count, expect, free, line_of, receive, reserve, take
from portal.stock.models import Stock
from portal.stock.rules import MOST
from tests.factories import make_model, make_stock

LARS = Person(0)
TODAY = date(2026, 11, 19)


@pytest.fixture
def headset(session: Session) -> ProductModel:
    return make_model(session, "Voyager 4320")


@pytest.fixture
def model(session: Session, headset: ProductModel) -> Model:
    return catalogue_of(session, knowing=[headset.id])[headset.id]


def stands(session: Session, line: Stock) -> tuple[int, int, int]:
    """On the shelf, promised, and what can be promised."""
    session.commit()
    session.refresh(line)
    return line.on_hand, line.reserved, line.free


def test_what_comes_in_is_added_and_the_waiting_are_served(session: Session, model: Model) -> None:
    for number in (3, 4):
        line = receive(session, model, number, by=LARS)

    assert stands(session, line) == (7, 0, 7)
    whats = select(DeskEvent.what).where(DeskEvent.kind == "stock")
    assert session.scalars(whats).all() == [What.STOCK_RECEIVED] * 2
    asked = session.scalars(select(Job).where(Job.name == "replacements.stock_came")).all()
    assert [it.payload for it in asked] == [{"model_id": model.id}]


@pytest.mark.parametrize("number", [0, -1, MOST + 1])
def test_no_nonsense_comes_in(number: int, session: Session, model: Model) -> None:
    with pytest.raises(Refused) as refused:
        receive(session, model, number, by=LARS)
    assert refused.value.field == "number"


def test_a_model_has_one_line_at_a_site(session: Session, model: Model) -> None:
    assert line_of(session, model).id == line_of(session, model).id


def test_one_is_promised_taken_or_let_go(session: Session, headset: ProductModel) -> None:
    line = make_stock(session, 2, model=headset)
    assert reserve(session, headset.id, "x") == reserve(session, headset.id, "x") == line.id
    assert stands(session, line) == (2, 2, 0)

    with pytest.raises(Refused):
        reserve(session, headset.id, "x")
    free(session, line.id)
    assert stands(session, line) == (2, 1, 1)
    take(session, line.id)
    assert stands(session, line) == (1, 0, 1)


def test_never_below_zero(session: Session, headset: ProductModel) -> None:
    line = make_stock(session, 0, model=headset)
    for deed in (free, take):
        deed(session, line.id)
        deed(session, None)
    assert stands(session, line) == (0, 0, 0)


def test_what_no_account_is_kept_of_is_sent_without_asking(session: Session) -> None:
    assert reserve(session, make_model(session).id, "x") is None


def test_whoever_counts_is_right(session: Session, headset: ProductModel) -> None:
    line = make_stock(session, 5, model=headset, reserved=3)
    assert count(session, line, 1, version=1, by=LARS)

    assert stands(session, line) == (1, 3, 0)
    assert line.missing == 2
    assert not count(session, line, 1, version=2, by=LARS)
    with pytest.raises(Overtaken):
        count(session, line, 9, version=1, by=LARS)
    session.rollback()
    with pytest.raises(Refused):
        count(session, line, -1, version=2, by=LARS)


def test_what_is_ordered_has_a_day_until_it_came(
    session: Session, headset: ProductModel, model: Model
) -> None:
    line = make_stock(session, 0, model=headset)
    too_far = TODAY + timedelta(days=731)
    for on in (None, date(2026, 11, 18), too_far):
        with pytest.raises(Refused) as refused:
            expect(session, line, 5, on, version=line.version, today=TODAY, by=LARS)
        assert refused.value.field == "expected_on"
    expect(session, line, 5, date(2026, 12, 3), version=line.version, today=TODAY, by=LARS)
    receive(session, model, 2, by=LARS)
    assert (line.expected, line.expected_on) == (3, date(2026, 12, 3))
    receive(session, model, 5, by=LARS)
    assert (line.expected, line.expected_on) == (0, None)


def test_of_thirty_who_want_the_last_one_gets_it(
    session: Session,
    headset: ProductModel,
    sessions: "sessionmaker[ScopedSession]",
) -> None:
    line = make_stock(session, 1, model=headset)
    wanted = headset.id

    def want(_number: int) -> bool:
        with sessions(scope=NOBODY) as mine:
            try:
                reserve(mine, wanted, "x")
            except Refused:
                return False
            mine.commit()
            return True

    session.commit()
    with ThreadPoolExecutor(30) as pool:
        assert sum(pool.map(want, range(30))) == 1
    assert stands(session, line) == (1, 1, 0)
