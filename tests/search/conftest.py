"""Two customers with one of everything each."""

from collections.abc import Callable

import pytest

from portal.accounts.models import Account
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import ProductModel
from portal.search import routes
from portal.service_requests.indexing import index_request
from tests.factories import make_account, make_model, make_request
from tests.search.things import Things, make_things


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """More is tried here than anybody may within seconds."""
    monkeypatch.setattr(routes, "refuse_too_often", lambda *_area, **_how: None)


@pytest.fixture
def model(session: ScopedSession) -> ProductModel:
    return make_model(session, "Studio X52")


@pytest.fixture
def ours(session: ScopedSession, model: ProductModel) -> Things:
    account = make_account(session, "Nordlys Kraft AS")
    serial, key = "8G2241A3F12QX7", "AB0C-DE0F-12GH-9F2K"
    return make_things(session, account, model, "Kvokka", serial=serial, key=key)


@pytest.fixture
def theirs(session: ScopedSession, model: ProductModel) -> Things:
    account: Account = make_account(session, "Fjordhelse HF")
    serial, key = "8G2198B7C65WM4", "ZZ9Y-XX8W-77VU-3T1S"
    return make_things(session, account, model, "Vombat", serial=serial, key=key)


@pytest.fixture
def enter_requests(session: ScopedSession) -> Callable[..., list[int]]:
    """Requests with these subjects, in this order; their ids."""

    def enter(account: Account, subjects: list[str]) -> list[int]:
        made = [make_request(session, account, subject=it) for it in subjects]
        for each in made:
            index_request(session, each, [])
        session.commit()
        return [it.id for it in made]

    return enter
