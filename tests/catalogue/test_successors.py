import pytest
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.base.access import Role
from portal.base.references import reference
from portal.base.words import Overtaken, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category, ProductModel
from portal.catalogue.successors import name_successor
from tests.conftest import SignInAs
from tests.factories import make_model, make_user

ADMIN = Person(0)


@pytest.fixture
def old(session: Session) -> ProductModel:
    return make_model(session, "Voyager 4220", category=Category.HEADSET)


@pytest.fixture
def new(session: Session) -> ProductModel:
    return make_model(session, "Voyager 4320", category=Category.HEADSET)


def test_a_successor_is_named_and_taken_away(
    session: Session, old: ProductModel, new: ProductModel
) -> None:
    assert name_successor(session, old, " voyager-4320 ", version=old.version, by=ADMIN)
    session.commit()
    assert catalogue_of(session)[old.id].successor_id == new.id
    assert not name_successor(session, old, "Voyager 4320", version=old.version, by=ADMIN)
    assert name_successor(session, old, "", version=old.version, by=ADMIN)
    assert old.successor_id is None


@pytest.mark.parametrize("name", ["Finnes ikke", "Voyager 4220", "Studio X30"])
def test_what_cannot_be_sent_instead_is_refused(
    name: str, session: Session, old: ProductModel
) -> None:
    make_model(session, "Studio X30", category=Category.VIDEO)
    with pytest.raises(Refused) as refused:
        name_successor(session, old, name, version=old.version, by=ADMIN)
    assert refused.value.field == "successor"


def test_a_save_that_came_too_late_is_refused(
    session: Session, old: ProductModel, new: ProductModel
) -> None:
    stale = old.version
    name_successor(session, old, new.name, version=stale, by=ADMIN)
    session.commit()
    with pytest.raises(Overtaken):
        name_successor(session, old, "", version=stale, by=ADMIN)


def test_it_is_named_on_the_models_page(
    session: Session, sign_in: SignInAs, old: ProductModel, new: ProductModel
) -> None:
    admin = sign_in(make_user(session, role=Role.STAFF_ADMINISTRATOR))
    path = f"/desk/catalogue/{reference('M', old.id)}"
    told = {"successor": "Voyager 4320", "version": str(old.version)}

    assert admin.post(f"{path}/successor", data=told).status_code == 303
    page = admin.get(path).text
    assert f'href="/desk/catalogue/{reference("M", new.id)}">Voyager 4320</a>' in page
    wrong = admin.post(f"{path}/successor", data=told | {"successor": "x", "version": "2"})
    assert wrong.status_code == 422
    assert 'id="successor-error"' in wrong.text
