"""A customer with its people, a partner and staff around one request, and sessions as theirs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy.orm import sessionmaker

from portal.accounts.models import Account, Partner, User
from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.db import READING
from portal.base.tenancy import Scope, ScopedSession
from portal.base.visibility import Limits
from portal.service_requests.models import ServiceRequest
from portal.service_requests.opening import Opening, open_request
from portal.service_requests.rules import About
from tests.factories import make_account, make_grant, make_partner, make_user

START = datetime(2026, 11, 20, 9, 0, 0, 250, tzinfo=UTC)
Sessions = sessionmaker[ScopedSession]


@dataclass(frozen=True, slots=True)
class By:
    """Whoever does it."""

    id: int
    on_behalf: bool = False


def said(**other: Any) -> Opening:
    told: dict[str, Any] = {
        "subject": "Ingen lyd i møterommet",
        "text": "Skjermen virker, men vi hører ingenting.",
        "about": About.DEVICE,
        "severity": Severity.MEDIUM,
    }
    return Opening(**told | other)


@dataclass
class World:
    sessions: Sessions
    account: Account
    ola: User
    mette: User
    partner: Partner
    siri: User
    anna: User
    erik: User
    now: datetime = START
    opened: list[ScopedSession] = field(default_factory=list)

    def session(self, *, staff: bool = False, limits: Limits | None = None) -> ScopedSession:
        """As the portal opens it for the customer's people, or for staff."""
        only = frozenset({self.account.id})
        reason = "test" if staff else ""
        self.opened.append(
            self.sessions(scope=Scope(only, self.account.id, staff, reason, limits=limits))
        )
        return self.opened[-1]

    @contextmanager
    def at_work(
        self, *, staff: bool = False, limits: Limits | None = None
    ) -> Iterator[ScopedSession]:
        """One transaction, at the moment that it is here."""
        with (
            time_machine.travel(self.now, tick=False),
            self.session(staff=staff, limits=limits) as session,
            session.begin(),
        ):
            yield session

    def look(self, *, staff: bool = False, limits: Limits | None = None) -> ScopedSession:
        """The same to read with only, which holds nobody up."""
        session = self.session(staff=staff, limits=limits)
        session.connection(execution_options=READING)
        return session

    def later(self, **passed: float) -> datetime:
        self.now += timedelta(**passed)
        return self.now

    def request(self, *, by: User | None = None, **other: Any) -> int:
        """A request that somebody opened; its id."""
        with self.at_work() as session:
            doer = By((by or self.ola).id, on_behalf=by is self.siri)
            return open_request(session, said(**other), by=doer, now=self.now).id

    def do(
        self, request_id: int, deed: Callable[..., Any], *args: Any, by: User | None, **told: Any
    ) -> ServiceRequest:
        """One deed in a transaction of its own, and the request as staff see it afterwards."""
        staff = by is None or by.staff_role is not None
        with self.at_work(staff=staff) as session:
            request = session.get_one(ServiceRequest, request_id)
            doer = By(by.id, on_behalf=by is self.siri) if by else None
            kept = {"now": self.now} | ({"by": doer} if by else {}) | told
            deed(session, request, *args, **kept)
        return self.get(request_id)

    def get(self, request_id: int) -> ServiceRequest:
        return self.look(staff=True).get_one(ServiceRequest, request_id)


def make_world(session: ScopedSession, sessions: Sessions) -> World:
    account, partner = make_account(session), make_partner(session)
    make_grant(session, partner, account)
    return World(
        sessions,
        account,
        ola=make_user(session, account=account, name="Ola Hansen"),
        mette=make_user(session, account=account, name="Mette Lie"),
        partner=partner,
        siri=make_user(session, role=Role.PARTNER, partner=partner, name="Siri Berg"),
        anna=make_user(session, role=Role.AGENT, name="Anna Agent"),
        erik=make_user(session, role=Role.ESCALATION_MANAGER, name="Erik Leder"),
    )
