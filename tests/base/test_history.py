from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.audit import broken_link
from portal.base.history import DeskEvent, Event, What, events_of, happened
from tests.factories import account_of, make_account, make_model, make_product, make_user

SessionOf = Callable[[int], Session]


@dataclass
class By:
    id: int
    on_behalf: bool = False


def chain(session: Session, account_id: int) -> list[Event]:
    rows = select(Event).where(Event.account_id == account_id).order_by(Event.number)
    return list(session.scalars(rows))


def test_a_deed_leaves_who_what_and_when(session: Session, session_of: SessionOf) -> None:
    user = make_user(session)
    product = make_product(session, account=account_of(user))
    with session_of(product.account_id) as ours:
        happened(ours, ours.merge(product), What.MOVED, by=By(user.id), room=["", "Fløyen"])
        ours.commit()

    event = session.scalars(events_of(product)).one()
    assert (event.what, event.by_id, event.kind) == (What.MOVED, user.id, "product")
    assert event.details == {"room": ["", "Fløyen"]}


@pytest.mark.parametrize("change", [{"by_id": 666}, {"record_id": 7}, {"details": {"x": 1}}])
def test_a_row_that_was_altered_breaks_the_chain(
    change: dict[str, object], session: Session, session_of: SessionOf
) -> None:
    product = make_product(session)
    with session_of(product.account_id) as ours:
        for what in (What.REGISTERED, What.MOVED, What.RETIRED):
            happened(ours, ours.merge(product), what, by=None)
        ours.commit()
    assert broken_link(chain(session, product.account_id)) is None

    for column, value in change.items():
        setattr(chain(session, product.account_id)[1], column, value)
    session.commit()

    broken = broken_link(chain(session, product.account_id))
    assert broken is not None
    assert broken.number == 2


def test_a_row_that_was_taken_away_breaks_the_chain(
    session: Session, session_of: SessionOf
) -> None:
    product = make_product(session)
    with session_of(product.account_id) as ours:
        for what in (What.REGISTERED, What.MOVED, What.RETIRED):
            happened(ours, ours.merge(product), what, by=None)
        ours.commit()

    events = chain(session, product.account_id)

    assert broken_link([events[0], events[2]]) is events[2]


def test_each_account_has_a_chain_of_its_own(session: Session, session_of: SessionOf) -> None:
    for _ in range(2):
        product = make_product(session, account=make_account(session))
        with session_of(product.account_id) as ours:
            assert happened(ours, ours.merge(product), What.REGISTERED, by=None).number == 1
            ours.commit()


def test_what_belongs_to_no_account_is_the_desks(session: Session) -> None:
    model = make_model(session)

    happened(session, model, What.CREATED, by=None)
    session.commit()

    assert session.scalars(select(DeskEvent.record_id)).all() == [model.id]
