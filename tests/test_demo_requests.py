from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from portal import demo
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.history import Event, What
from portal.base.tenancy import ScopedSession
from portal.service_requests.models import ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import Status


def test_the_demo_shows_requests_at_every_stage(
    session: ScopedSession, sessions: sessionmaker[ScopedSession]
) -> None:
    demo.load(sessions, "a password")
    demo.load(sessions, "another password")

    requests = session.scalars(select(ServiceRequest)).all()
    assert len(requests) == 9
    assert {it.status for it in requests} >= {
        Status.NEW,
        Status.IN_PROGRESS,
        Status.WAITING_FOR_CUSTOMER,
        Status.WAITING_FOR_CLOUD_PARTNER,
        Status.WAITING_FOR_DEVELOPMENT,
        Status.SOLUTION_PROPOSED,
        Status.SOLVED,
        Status.CLOSED,
    }
    assert [it.escalated for it in requests].count(True) == 1
    siri = session.scalars(select(User.id).where(User.name == "Siri Berg")).one()
    assert [it.on_behalf for it in requests if it.opened_by_id == siri] == [True]
    internal = select(func.count()).where(ServiceRequestMessage.internal)
    assert session.scalars(internal.select_from(ServiceRequestMessage)).one() == 1
    assert all(it.model_id for it in requests if it.device_count)


def test_what_the_demo_tells_of_bears_the_time_at_which_it_was(
    session: ScopedSession, sessions: sessionmaker[ScopedSession]
) -> None:
    began = clock.now()
    demo.load(sessions, "a password")

    told = Event.kind == ServiceRequest.__tablename__
    for account in session.scalars(select(Account)):
        mine = session.scalars(
            select(Event).where(Event.account_id == account.id, told).order_by(Event.number)
        ).all()
        times = [it.at for it in mine]
        assert times == sorted(times)
        assert times[-1] < began
    escalated = session.scalars(select(ServiceRequest).where(ServiceRequest.escalated)).one()
    event = session.scalars(
        select(Event).where(told, Event.record_id == escalated.id, Event.what == What.ESCALATED)
    ).one()
    assert escalated.escalated_at is not None
    assert event.at == escalated.escalated_at.replace(microsecond=0)
    assert clock.now() >= began
