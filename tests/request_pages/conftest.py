from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from tests.conftest import SignInAs
from tests.service_requests.world import Sessions, World, make_world


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()


@pytest.fixture
def ola(sign_in: SignInAs, world: World) -> FlaskClient:
    """The browser of whoever opened the request."""
    return sign_in(world.ola)


def address(request_id: int, *below: str) -> str:
    return "/".join(("/service-requests", reference("SR", request_id), *below))
