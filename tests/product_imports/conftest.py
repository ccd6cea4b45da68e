import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.catalogue.models import Category, SerialPattern
from tests.factories import make_model, make_user


@pytest.fixture
def kari(session: Session) -> User:
    user = make_user(session, role=Role.ADMINISTRATOR, language="nb")
    make_model(
        session, "Savi 7310", category=Category.HEADSET, serial_pattern=SerialPattern.HEADSET
    )
    return user
