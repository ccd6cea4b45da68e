"""A customer with phones that are behind, and firmware for them."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.catalogue.models import Category, ProductModel
from portal.downloads.models import SoftwareRelease
from tests.conftest import SignInAs
from tests.factories import (
    account_of,
    make_agreement,
    make_model,
    make_product,
    make_release,
    make_user,
)

CONTENT = bytes(range(256)) * 400
Publish = Callable[..., SoftwareRelease]


@dataclass(frozen=True, slots=True)
class World:
    session: Session
    store: FileStore
    kari: User
    account: Account
    phone: ProductModel
    kari_browses: FlaskClient

    def devices(self, *versions: str) -> None:
        for version in versions:
            product = make_product(self.session, account=self.account, model=self.phone)
            product.installed_version = version
        self.session.commit()

    def publish(self, version: str, **told: object) -> SoftwareRelease:
        given: dict[str, object] = {"store": self.store, "content": CONTENT} | told
        return make_release(self.session, version, self.phone, **given)  # type: ignore[arg-type]


@pytest.fixture
def world(session: Session, files: FileStore, sign_in: SignInAs) -> World:
    kari = make_user(session, role=Role.ADMINISTRATOR)
    account = account_of(kari)
    make_agreement(session, account)
    phone = make_model(session, "CCX 500", category=Category.VOICE, kind="desk phone")
    session.commit()
    return World(session, files, kari, account, phone, sign_in(kari))
