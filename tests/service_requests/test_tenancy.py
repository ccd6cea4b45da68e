"""What is another's, and what is internal, nobody comes upon: table by table, on every way."""

from typing import Any

import pytest
from sqlalchemy import Engine, delete, exists, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.base.db import Base
from portal.base.tenancy import Internal, OutOfScope, Scope, ScopedSession, vetting
from portal.service_requests.actions import reply
from portal.service_requests.models import ServiceRequest, ServiceRequestFile, ServiceRequestMessage
from portal.service_requests.step_models import ServiceRequestStep
from tests.factories import make_account, make_request
from tests.service_requests import children
from tests.service_requests.world import Sessions, World

KINDS = pytest.mark.parametrize("kind", children.MAKERS, ids=lambda kind: kind.__name__)
HIDDEN = pytest.mark.parametrize("kind", children.INTERNAL, ids=lambda kind: kind.__name__)


def kept(session: ScopedSession, kind: Any, request: ServiceRequest, **told: Any) -> int:
    record = children.MAKERS[kind](session, request, **told)
    session.add(record)
    session.commit()
    return int(record.id)


def test_whatever_can_be_internal_is_tried_here() -> None:
    ours = {it.class_ for it in Base.registry.mappers if issubclass(it.class_, Internal)}
    assert ours == set(children.INTERNAL)


@KINDS
def test_another_customers_is_not_there(
    kind: Any, session: ScopedSession, sessions: Sessions
) -> None:
    mine, theirs = make_account(session, "Alfa"), make_account(session, "Beta")
    record_id = kept(session, kind, make_request(session, theirs))
    with sessions(scope=Scope(frozenset({mine.id}), mine.id)) as asking:
        assert asking.get(kind, record_id) is None
        assert asking.scalars(select(func.count(kind.id))).one() == 0
        gone: Any = asking.execute(delete(kind).execution_options(synchronize_session=False))
        assert gone.rowcount == 0


@KINDS
def test_nothing_hangs_on_another_customers_request(kind: Any, session: ScopedSession) -> None:
    """Not even past the session: the key carries the account."""
    mine, theirs = make_account(session, "Alfa"), make_account(session, "Beta")
    request, record = make_request(session, theirs), None
    record = children.MAKERS[kind](session, request)
    record.account_id = mine.id
    session.add(record)
    with pytest.raises(DBAPIError):
        session.flush()


@HIDDEN
def test_what_is_internal_a_customer_does_not_come_upon(
    kind: Any, world: World, session: ScopedSession
) -> None:
    request = make_request(session, world.account)
    seen = kept(session, kind, request)
    hidden = kept(session, kind, request, internal=True)
    session.rollback()
    other = aliased(kind)
    with world.session() as asking:
        assert asking.get(kind, hidden) is None
        for ask in (
            select(kind.id),
            select(other.id),
            select(kind.id).where(kind.id.in_(select(other.id))),
            select(kind.id).join(ServiceRequest, ServiceRequest.account_id == kind.account_id),
        ):
            assert hidden not in asking.scalars(ask).all()
        assert asking.scalars(select(func.count(kind.id)).where(kind.id == hidden)).one() == 0
        there = select(ServiceRequest.id).where(exists().where(other.id == hidden))
        assert asking.scalars(there).all() == []
        parent = "request_id" if hasattr(kind, "request_id") else "replacement_id"
        for deed in (update(kind).values({parent: getattr(kind, parent)}), delete(kind)):
            plain = deed.where(kind.id == hidden).execution_options(synchronize_session=False)
            assert asking.execute(plain).rowcount == 0  # type: ignore[attr-defined]
        asking.rollback()
    with world.session(staff=True) as asking:
        found = asking.scalars(select(kind.id).where(kind.id.in_([seen, hidden]))).all()
        assert sorted(found) == [seen, hidden]


@HIDDEN
def test_a_customer_writes_nothing_that_is_internal(
    kind: Any, world: World, session: ScopedSession
) -> None:
    request = make_request(session, world.account)
    record = children.MAKERS[kind](session, request, internal=True)
    session.commit()
    with world.session() as asking:
        asking.add(record)
        with pytest.raises(OutOfScope):
            asking.flush()


@pytest.mark.parametrize("load", [joinedload, selectinload])
def test_loaders_bring_no_internal_file(load: Any, world: World, session: ScopedSession) -> None:
    request = make_request(session, world.account)
    kept(session, ServiceRequestFile, request, internal=True)
    kept(session, ServiceRequestFile, request)
    session.rollback()
    ask = select(ServiceRequestMessage).options(load(ServiceRequestMessage.files))
    with world.session() as asking:
        assert [len(it.files) for it in asking.scalars(ask).unique()] == [1]
    with world.session(staff=True) as asking:
        assert [len(it.files) for it in asking.scalars(ask).unique()] == [1, 1]


def test_the_database_hides_what_is_internal_by_itself(
    world: World, session: ScopedSession, engine: Engine
) -> None:
    """The second wall, past the session."""
    if engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL has row-level security")
    request = make_request(session, world.account)
    for kind in children.INTERNAL:
        kept(session, kind, request, internal=True)
    session.rollback()
    for staff, seen in (("", 0), ("1", 1)):
        with engine.connect() as connection:
            told = {"read": str(world.account.id), "write": str(world.account.id), "staff": staff}
            for name, value in told.items():
                setting = text("SELECT set_config(:name, :value, true)")
                connection.execute(setting, {"name": f"app.{name}", "value": value})
            with vetting():  # past the session and its trip-wire
                for kind in children.INTERNAL:
                    where = f"FROM {kind.__tablename__} WHERE internal"
                    count = connection.scalar(text(f"SELECT count(*) {where}"))
                    assert bool(count) == bool(seen), kind


def test_steps_are_added_and_nothing_else(world: World) -> None:
    number = world.request()
    with world.session(staff=True) as session:
        step = session.scalars(select(ServiceRequestStep)).one()
        step.status = step.status.SOLVED
        with pytest.raises(TypeError):
            session.flush()
        session.rollback()
        session.delete(session.get_one(ServiceRequestStep, step.id))
        with pytest.raises(TypeError):
            session.flush()
    assert world.get(number)


def test_a_customer_of_one_account_answers_in_no_other(
    world: World, session: ScopedSession
) -> None:
    request = make_request(session, make_account(session, "Beta"))
    with pytest.raises(Exception, match="No row"):
        world.do(request.id, reply, "Hei", by=world.ola)
