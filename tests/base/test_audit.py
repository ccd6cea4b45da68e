from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Account
from portal.base import audit, clock
from portal.base.event_chain import EventChain
from portal.base.history import DeskEvent, Event, What, happened
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from tests.factories import make_model, make_product

SessionOf = Callable[[int], Session]
Sessions = sessionmaker[ScopedSession]
ALL = Scope(None, None, staff=True, reason="test")


@pytest.fixture
def account_id(session: Session, session_of: SessionOf) -> int:
    """An account in which four things happened, two of them long ago; and one at the desk."""
    product, model = make_product(session), make_model(session)
    with session_of(product.account_id) as ours:
        with time_machine.travel(clock.now() - timedelta(days=2000)):
            happened(ours, ours.merge(product), What.REGISTERED, by=None)
            happened(ours, ours.merge(product), What.MOVED, by=None)
        happened(ours, ours.merge(product), What.CHANGED, by=None)
        happened(ours, ours.merge(product), What.RETIRED, by=None)
        happened(ours, ours.merge(model), What.CREATED, by=None)
        ours.commit()
    return product.account_id


def verdicts(sessions: Sessions) -> dict[str, audit.Verdict]:
    with sessions(scope=ALL) as session:
        return {verdict.chain: verdict for verdict in audit.verify(session)}


def test_a_record_that_nobody_touched_is_whole(account_id: int, sessions: Sessions) -> None:
    assert {(it.chain, it.events, it.whole) for it in verdicts(sessions).values()} == {
        (f"account {account_id}", 4, True),
        ("desk", 1, True),
    }


def test_an_event_that_was_changed_is_found(
    account_id: int, session: Session, sessions: Sessions
) -> None:
    events = session.scalars(select(Event).order_by(Event.number)).all()
    events[1].what = What.REMOVED
    session.commit()

    assert verdicts(sessions)[f"account {account_id}"].broken_at == 2


@pytest.mark.parametrize("field", ["place", "reason"])
def test_so_is_one_whose_place_or_reason_was_changed(
    field: str, account_id: int, session: Session, sessions: Sessions
) -> None:
    setattr(session.scalars(select(Event).order_by(Event.number)).all()[2], field, "elsewhere")
    session.commit()

    assert verdicts(sessions)[f"account {account_id}"].broken_at == 3


def test_a_record_whose_end_was_cut_off_is_found(
    account_id: int, session: Session, sessions: Sessions
) -> None:
    session.delete(session.scalars(select(Event).order_by(Event.number.desc())).first())
    session.commit()

    assert verdicts(sessions)[f"account {account_id}"].broken_at == 4


def test_events_without_a_chain_are_found(
    account_id: int, session: Session, sessions: Sessions
) -> None:
    session.execute(delete(EventChain).where(EventChain.name != "desk"))
    session.commit()

    assert not verdicts(sessions)[f"account {account_id}"].whole


def test_what_was_kept_long_enough_goes_and_the_rest_is_whole(
    account_id: int, owner: Engine, session: Session, sessions: Sessions
) -> None:
    owners = sessionmaker(owner, class_=ScopedSession)
    name, before = f"account {account_id}", clock.now() - timedelta(days=1000)
    with owners(scope=audit.scope_of(name)) as pruning, pruning.begin():
        assert audit.prune(pruning, name, before=before) == 2

    assert [event.number for event in session.scalars(select(Event).order_by(Event.number))] == [
        3,
        4,
    ]
    assert verdicts(sessions)[name].whole
    with owners(scope=audit.scope_of(name)) as pruning, pruning.begin():
        assert audit.prune(pruning, name, before=before) == 0


def test_a_whole_chain_may_go_and_go_on(
    account_id: int, owner: Engine, session_of: SessionOf, session: Session, sessions: Sessions
) -> None:
    owners = sessionmaker(owner, class_=ScopedSession)
    name = f"account {account_id}"
    with owners(scope=audit.scope_of(name)) as pruning, pruning.begin():
        assert audit.prune(pruning, name, before=clock.now() + timedelta(days=1)) == 4
    assert verdicts(sessions)[name].whole

    product = make_product(session, account=session.get_one(Account, account_id))
    with session_of(account_id) as ours:
        happened(ours, ours.merge(product), What.CHANGED, by=None)
        ours.commit()

    assert verdicts(sessions)[name] == audit.Verdict(name, 1, None)


@pytest.mark.parametrize("table", [Event, DeskEvent])
def test_on_postgresql_the_application_only_adds(
    table: type[Event] | type[DeskEvent], account_id: int, engine: Engine
) -> None:
    if engine.dialect.name != "postgresql":
        return
    with sessionmaker(engine, class_=ScopedSession)(
        scope=Scope(frozenset({account_id}), account_id)
    ) as session:
        for change in (
            update(table).values(record_id=666),
            delete(table).where(table.number > 0),
        ):
            with pytest.raises(DBAPIError, match="only added to"):
                session.execute(change.execution_options(synchronize_session=False))
            session.rollback()
    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("TRUNCATE desk_event"))


def test_a_desk_chain_is_pruned_without_any_account(sessions: Sessions) -> None:
    assert audit.scope_of("desk") == NOBODY
