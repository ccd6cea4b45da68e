from collections.abc import Iterator

import pytest

from portal.base.tenancy import ScopedSession
from tests.service_requests.world import Sessions, World, make_world


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()
