from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Account
from portal.base.access import Role, Visibility
from portal.single_sign_on import documents
from portal.single_sign_on.models import SignInDomain, SingleSignOn
from portal.single_sign_on.sealing import seal
from tests.conftest import SETTINGS
from tests.factories import MOMENT, make_account
from tests.single_sign_on.provider import CLIENT, SECRET, Person, Provider, running
from tests.web.html import Page

BACK_TO = "http://localhost/sign-in/organization/answer"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    documents.forget()
    with running(BACK_TO) as provider:
        yield provider
    documents.forget()


@pytest.fixture
def account(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def sso(session: Session, provider: Provider, account: Account) -> SingleSignOn:
    """An account whose people sign in through the provider, at nordlys.example.com."""
    made = SingleSignOn(
        account_id=account.id,
        issuer=provider.issuer,
        client_id=CLIENT,
        sealed=seal(SETTINGS.secret_key, account.id, SECRET),
        role=Role.OBSERVER,
        sees=Visibility.EVERYTHING,
    )
    session.add_all([made, make_domain(account, "nordlys.example.com", proven=True)])
    session.commit()
    return made


def make_domain(account: Account, name: str, *, proven: bool = False) -> SignInDomain:
    domain = SignInDomain(account_id=account.id, name=name, token="token-of-theirs")
    if proven:
        domain.proven, domain.proven_at = name, MOMENT
    return domain


def kari(**claims: Any) -> Person:
    told = {
        "sub": "kari-at-the-provider",
        "email": "Kari@nordlys.example.com",
        "email_verified": True,
        "name": "Kari Nordmann",
    }
    return Person({**told, **claims})


@dataclass
class Visit:
    """Somebody at a browser, before the portal and before the provider."""

    browser: FlaskClient
    provider: Provider
    answers: list[str] = field(default_factory=list)

    def begin(
        self, email: str = "kari@nordlys.example.com", path: str = "/sign-in/organization"
    ) -> TestResponse:
        typed = {} if "again" in path else {"email": email, "password": "unused"}
        return self.browser.post(path, data=typed)

    def go(self, person: Person, *, back: str = "") -> TestResponse:
        """All the way: asked for the address, led on, signed in there, led back."""
        path = "/sign-in/organization" + (f"?back={back}" if back else "")
        return self.come_back(self.at_provider(self.begin(path=path), person))

    def at_provider(self, led: TestResponse, person: Person) -> str:
        """Where the provider sends them, once they signed in there."""
        assert led.status_code == 200, led.text
        refresh = next(
            it.get("content") or ""
            for tag, it in Page(led.text).elements
            if tag == "meta" and it.get("http-equiv") == "refresh"
        )
        self.provider.person = person
        parts = urlsplit(refresh.removeprefix("0; url="))
        connection = HTTPConnection(str(parts.hostname), parts.port or 80, timeout=5)
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        location = answer.getheader("Location") or ""
        assert location.startswith(BACK_TO), (answer.status, location)
        return location

    def come_back(self, location: str) -> TestResponse:
        return self.browser.get(location.removeprefix("http://localhost"))


@pytest.fixture
def visit(app: Flask, provider: Provider) -> Callable[[], Visit]:
    return lambda: Visit(app.test_client(), provider)
