"""Kari's organization has phones; others have theirs; two publishers publish."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts.actions import Person
from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.base.jobs import Job, later
from portal.base.mails import Mail
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import Category, ProductModel
from portal.downloads.models import PublishedDocument, SoftwareRelease
from portal.downloads.rules import State
from portal.news.models import NewsFollowing
from portal.notices.notice import How
from portal.publishing.actions import publish
from portal.publishing.documents import publish_document
from tests.conftest import SignInAs
from tests.factories import (
    account_of,
    make_agreement,
    make_document,
    make_model,
    make_product,
    make_release,
    make_user,
)

RunJobs = Callable[..., int]
NOTES = {
    "new": {"nb": "Støtte for fleksible plasser.\nOg mer.", "en": "Hot desking.\nAnd more."},
    "fixed": {"nb": "Tetter et hull.", "en": "Closes a hole."},
}
TUESDAY = "2026-11-24 10:00+01:00"


@dataclass(frozen=True, slots=True)
class World:
    session: ScopedSession
    store: FileStore
    kari: User
    account: Account
    phone: ProductModel
    petra: User
    kari_browses: FlaskClient
    run_jobs: RunJobs

    @property
    def phone_ref(self) -> str:
        return reference("M", self.phone.id)

    def follow(self, user: User, *things: ProductModel | Category, how: How | None = None) -> None:
        for thing in things or (self.phone,):
            it = NewsFollowing(user_id=user.id, how=how, since=clock.now())
            if isinstance(thing, ProductModel):
                it.model_id = thing.id
            else:
                it.category = thing
            self.session.add(it)
        self.session.commit()

    def devices(self, *versions: str, account: Account | None = None, **told: Any) -> None:
        for version in versions:
            account = account or self.account
            it = make_product(self.session, account=account, model=self.phone, **told)
            it.installed_version = version
        self.session.commit()

    def draft(self, version: str = "7.2.1", **told: Any) -> SoftwareRelease:
        given: dict[str, Any] = {"notes": NOTES, "state": State.PROPOSED} | told
        return make_release(self.session, version, self.phone, store=self.store, **given)

    def publish(self, version: str = "7.2.1", **told: Any) -> SoftwareRelease:
        """As the second publisher does; the job is asked for, and not run."""
        it = self.draft(version, **told)
        publish(self.session, it, revision=it.revision, by=Person(self.petra.id), now=clock.now())
        self.session.commit()
        return it

    def publish_document(self, title: str = "Veiledning", **told: Any) -> PublishedDocument:
        given: dict[str, Any] = {"store": self.store, "published": False} | told
        it = make_document(self.session, title, self.phone, **given)
        publish_document(self.session, it, by=Person(self.petra.id), now=clock.now())
        self.session.commit()
        return it

    def mails(self) -> list[Mail]:
        """What has been sent, once all that waits is done."""
        self.run_jobs(clock.now())
        self.session.expire_all()
        return list(self.session.scalars(select(Mail).order_by(Mail.address, Mail.id)))

    def again(self, **whom: Any) -> None:
        later(self.session, "news.tell", **whom)
        self.session.commit()

    def digest(self, at: str) -> list[Mail]:
        with time_machine.travel(at, tick=False):
            later(self.session, "notices.digest")
            self.session.commit()
            return self.mails()

    def parked(self) -> list[Job]:
        return list(self.session.scalars(select(Job).where(Job.parked_at.is_not(None))))


@pytest.fixture
def tuesday() -> Iterator[None]:
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def world(
    tuesday: None, session: ScopedSession, files: FileStore, sign_in: SignInAs, run_jobs: RunJobs
) -> World:
    kari = make_user(session, role=Role.ADMINISTRATOR, name="Kari Nordmann", language="nb")
    account = account_of(kari)
    make_agreement(session, account)
    phone = make_model(session, "CCX 500", category=Category.VOICE, kind="desk phone")
    petra = make_user(session, role=Role.PUBLISHER)
    session.commit()
    return World(session, files, kari, account, phone, petra, sign_in(kari), run_jobs)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    made = app.test_client()
    made.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return made
