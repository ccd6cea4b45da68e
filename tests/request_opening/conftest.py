from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.tenancy import ScopedSession
from portal.service_requests.models import ServiceRequest
from tests.conftest import SignInAs
from tests.service_requests.world import Sessions, World, make_world

NEW = "/service-requests/new"
Opened = Callable[[], list[ServiceRequest]]


def filled(**other: Any) -> dict[str, Any]:
    """What somebody fills in, with a token as long as those of the portal."""
    told = {
        "token": "a-token-of-this-form",
        "about": "device",
        "severity": "critical",
        "subject": "Ingen lyd i møterommet",
        "text": "Skjermen virker, men vi hører ingenting.",
        "contact_name": "Ola Hansen",
        "contact_phone": "22 33 44 55",
    }
    return told | other


def errors(answer: TestResponse) -> str:
    """What the error summary says."""
    assert answer.status_code == 422
    return answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]


@pytest.fixture
def world(session: ScopedSession, sessions: Sessions) -> Iterator[World]:
    made = make_world(session, sessions)
    session.rollback()
    yield made
    for each in made.opened:
        each.close()


@pytest.fixture
def client(sign_in: SignInAs, world: World) -> FlaskClient:
    return sign_in(world.ola)


@pytest.fixture
def opened(session: ScopedSession) -> Opened:
    """All requests there are, in the order they came."""

    def all_of_them() -> list[ServiceRequest]:
        session.rollback()
        session.expire_all()
        return list(session.scalars(select(ServiceRequest).order_by(ServiceRequest.id)))

    return all_of_them
