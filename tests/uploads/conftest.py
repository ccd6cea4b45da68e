from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.accounts.models import User
from portal.app import create_app, open_worker
from portal.base.file_store import FileStore
from portal.base.tenancy import ScopedSession
from portal.config import Settings
from portal.features import FEATURES
from portal.uploads.models import Upload
from tests.conftest import SETTINGS, CheckingClient, SignInAs
from tests.factories import make_user
from tests.uploads.messages import messages, with_pages

PART = "application/offset+octet-stream"
MIB = 1024 * 1024


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
def app(
    monkeypatch: pytest.MonkeyPatch,
    sessions: "sessionmaker[ScopedSession]",
    files: FileStore,
    settings: Settings,
) -> Flask:
    monkeypatch.setattr("portal.app.FEATURES", [*FEATURES, ("/", messages)])
    app = create_app(settings, sessions=sessions, files=files, TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = CheckingClient
    app.jinja_env.loader = with_pages(app.jinja_env.loader)
    return app


@pytest.fixture
def run_jobs(app: Flask, settings: Settings) -> Callable[..., int]:
    return open_worker(app, settings).run_due


@dataclass
class Sender:
    """Somebody who sends files, as the script does it."""

    browser: FlaskClient
    at: str = "/uploads"
    purpose: str = "message"
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "application/json"})

    def begin(self, name: str = "a.txt", size: Any = 3, **more: Any) -> TestResponse:
        told = {"purpose": self.purpose, "name": name, "size": size, **more}
        return self.browser.post(self.at, data=told, headers=self.headers)

    def add(self, path: str, start: object, content: bytes, **headers: str) -> TestResponse:
        told = {"Upload-Offset": str(start), **self.headers, **headers}
        return self.browser.patch(path, data=content, content_type=PART, headers=told)

    def tell(self, path: str) -> dict[str, Any]:
        answer = self.browser.get(path, headers=self.headers)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.get_json()
        return told

    def send(self, name: str, content: bytes, part: int = 2 * MIB) -> dict[str, Any]:
        """All of a file, and what is told of it in the end."""
        path = self.begin(name, len(content)).headers["Location"]
        told: dict[str, Any] = {}
        for at in range(0, len(content), part):
            answer = self.add(path, at, content[at : at + part])
            assert answer.status_code == 200, answer.text
            told = answer.get_json()
        return told


@pytest.fixture
def ola(session: Session) -> User:
    return make_user(session, language="nb")


@pytest.fixture
def sender(ola: User, sign_in: SignInAs) -> Sender:
    return Sender(sign_in(ola))


@pytest.fixture
def uploads(session: Session) -> Callable[[], list[Upload]]:
    def found() -> list[Upload]:
        session.rollback()
        query = select(Upload).order_by(Upload.id).execution_options(populate_existing=True)
        return list(session.scalars(query))

    return found


__all__ = ["Sender", "replace"]
