from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.service_requests.handling import assign
from portal.service_requests.models import ServiceRequest
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.service_requests.world import World, make_world


@dataclass
class Desk:
    """Two customers with their requests, and the colleagues who work through the queue."""

    nordlys: World
    fjord: World
    anna: User
    per: User
    lise: User
    now: datetime = field(default_factory=clock.now)

    def request(self, where: World, *, hours_ago: float = 1, **told: Any) -> int:
        """A request that was opened so many hours ago."""
        where.now = self.now - timedelta(hours=hours_ago)
        return where.request(**told)

    def give(self, where: World, request_id: int, owner: User | None) -> None:
        owner_id = owner.id if owner else None
        where.do(request_id, assign, owner_id, by=self.lise)

    def do(self, where: World, request_id: int, deed: Any, *args: Any, **told: Any) -> None:
        where.do(request_id, deed, *args, **{"by": self.anna} | told)

    def get(self, request_id: int) -> ServiceRequest:
        for each in (self.nordlys, self.fjord):
            found = each.look(staff=True).get(ServiceRequest, request_id)
            if found:
                return found
        raise LookupError(request_id)


@pytest.fixture
def desk(session: ScopedSession, sessions: "sessionmaker[ScopedSession]") -> Iterator[Desk]:
    nordlys, fjord = make_world(session, sessions), make_world(session, sessions)
    made = Desk(
        nordlys,
        fjord,
        anna=nordlys.anna,
        per=make_user(session, role=Role.AGENT, name="Per Agent"),
        lise=make_user(session, role=Role.TAM, name="Lise Tam"),
    )
    nordlys.account.name, fjord.account.name = "Nordlys Kraft AS", "Fjordhelse HF"
    session.commit()
    for each in (nordlys.account, fjord.account, made.per, made.lise):
        session.refresh(each)
    session.rollback()
    yield made
    for opened in (*nordlys.opened, *fjord.opened):
        opened.close()


@pytest.fixture
def client(sign_in: SignInAs, desk: Desk) -> FlaskClient:
    return sign_in(desk.anna)
