"""A customer with a license, and those who have to do with it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from tests.conftest import SignInAs
from tests.factories import account_of, make_user


@pytest.fixture
def kari(session: Session) -> User:
    return make_user(session, role=Role.ADMINISTRATOR, name="Kari Nordmann")


@pytest.fixture
def account(kari: User) -> Account:
    return account_of(kari)


@pytest.fixture
def client(sign_in: SignInAs, kari: User) -> FlaskClient:
    return sign_in(kari)


@pytest.fixture
def agent(session: Session) -> User:
    return make_user(session, role=Role.AGENT, name="Arne Agent")


@pytest.fixture
def desk(sign_in: SignInAs, agent: User, account: Account) -> FlaskClient:
    """Staff in the customer's account, for a reason."""
    return sign_in(agent, acting_for=account)
