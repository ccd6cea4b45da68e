from collections.abc import Iterator
from typing import Any

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
def anna(sign_in: SignInAs, world: World) -> FlaskClient:
    """The browser of a support agent, who has no account at hand."""
    return sign_in(world.anna)


@pytest.fixture
def ola(sign_in: SignInAs, world: World) -> FlaskClient:
    """The browser of whoever opened the request."""
    return sign_in(world.ola)


def desk(request_id: int, *below: str) -> str:
    return "/".join(("/desk/service-requests", reference("SR", request_id), *below))


def page_of(request_id: int, *below: str) -> str:
    """The customer's page of the same request."""
    return "/".join(("/service-requests", reference("SR", request_id), *below))


def versioned(world: World, request_id: int, **told: Any) -> dict[str, Any]:
    return {"version": str(world.get(request_id).version), **told}


_tokens = iter(range(1_000_000))


def fresh(**told: Any) -> dict[str, Any]:
    """A form with a token of its own."""
    return {"token": f"form-{next(_tokens)}", **told}
