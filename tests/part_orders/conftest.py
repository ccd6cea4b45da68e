"""A customer with a spare part that fits what it has."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.catalogue.models import Category, ProductModel
from portal.spare_parts.models import SparePart
from tests.factories import account_of, make_agreement, make_model, make_site, make_user


@pytest.fixture(autouse=True)
def _thursday_noon() -> Iterator[None]:
    with time_machine.travel("2026-11-19 11:00:00Z", tick=False):
        yield


@pytest.fixture
def ola(session: Session) -> User:
    user = make_user(session)
    make_agreement(session, account_of(user), categories=(Category.HEADSET,))
    return user


@pytest.fixture
def account(ola: User) -> Account:
    return account_of(ola)


@pytest.fixture
def site(session: Session, account: Account) -> Site:
    site = make_site(session, account, "Bodø")
    site.street, site.postal_code, site.city = "Storgata 1", "8006", "Bodø"
    session.commit()
    return site


@pytest.fixture
def headset(session: Session) -> ProductModel:
    return make_model(session, "Voyager 4320", category=Category.HEADSET)


@pytest.fixture
def part(session: Session, headset: ProductModel) -> SparePart:
    made = SparePart(number="85S19-AA", model_ids=[headset.id])
    made.name_nb, made.name_en = "Øreputer", "Ear cushions"
    session.add(made)
    session.commit()
    return made
