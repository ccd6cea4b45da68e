"""Spare parts as logistics keeps them: what was written wrongly is put right."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, User
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import PartNumber, ProductModel
from portal.replacements.indexing import index_replacement
from portal.spare_parts.models import SparePart
from tests.conftest import SignInAs
from tests.factories import account_of, make_model, make_replacement, make_user
from tests.replacements.test_asking import words

PARTS = "/desk/logistics/parts"


@pytest.fixture
def headset(session: Session) -> ProductModel:
    return make_model(session, "Voyager 4320")


@pytest.fixture
def part(session: Session, headset: ProductModel) -> SparePart:
    made = SparePart(number="85S19-AA", model_ids=[headset.id])
    made.name_nb, made.name_en = "Øreputer", "Ear cushions"
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def lars(session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, role=Role.LOGISTICS))


def stated(part: SparePart, **more: Any) -> dict[str, Any]:
    known = {"number": part.number, "name_nb": part.name_nb, "name_en": part.name_en}
    return known | {"models": "Voyager 4320", "version": part.version} | more


def test_a_part_is_put_right_and_who_did_it_is_on_record(
    session: Session, lars: FlaskClient, part: SparePart
) -> None:
    make_model(session, "Voyager 4310")
    path = f"{PARTS}/{part.id}"
    assert f'href="{path}"' in lars.get(PARTS).text
    page = lars.get(path).text
    assert all(it in page for it in ("85S19-AA", "Øreputer", "Ear cushions", "Voyager 4320"))

    told = {"number": "85S19-BB", "name_nb": "Øreputer, par", "name_en": "Ear cushions, pair"}
    told |= {"models": "Voyager 4320\nVoyager 4310"}
    assert lars.post(path, data=stated(part, **told)).location == PARTS

    session.expire_all()
    assert (part.number, part.folded, part.name.nb) == (
        "85S19-BB",
        "85s19bb".upper(),
        told["name_nb"],
    )
    assert len(part.model_ids) == 2
    shown = words(lars.get(PARTS).text)
    assert "85S19-BB Ear cushions, pair Voyager 4320, Voyager 4310" in shown
    events = session.scalars(select(DeskEvent).where(DeskEvent.what == What.CHANGED)).all()
    assert [it.details for it in events] == [
        {"fields": ["model_ids", "name_en", "name_nb", "number"]}
    ]


def test_saved_as_it_is_nothing_is_changed(
    session: Session, lars: FlaskClient, part: SparePart
) -> None:
    lars.post(f"{PARTS}/{part.id}", data=stated(part))

    assert "Nothing was changed." in lars.get(PARTS).text
    assert session.scalars(select(DeskEvent).where(DeskEvent.what == What.CHANGED)).all() == []


def test_of_two_at_once_the_second_sees_both_texts(
    session: Session, lars: FlaskClient, part: SparePart
) -> None:
    first, second = stated(part, name_nb="Puter"), stated(part, name_nb="Øreputer, sorte")
    lars.post(f"{PARTS}/{part.id}", data=first)
    late = lars.post(f"{PARTS}/{part.id}", data=second)

    assert late.status_code == 422
    assert "Someone else changed this while you were writing." in words(late.text)
    assert "Puter" in late.text
    assert "Øreputer, sorte" in late.text
    session.expire_all()
    assert part.name_nb == "Puter"


@pytest.mark.parametrize("field", ["number", "name_nb", "name_en", "models"])
def test_what_is_missing_is_said_at_its_field(
    field: str, lars: FlaskClient, part: SparePart
) -> None:
    refused = lars.post(f"{PARTS}/{part.id}", data=stated(part, **{field: ""}))

    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text


def test_no_two_parts_have_one_number(
    session: Session, lars: FlaskClient, part: SparePart, headset: ProductModel
) -> None:
    other = SparePart(number="85R01-AA", model_ids=[headset.id], name_nb="Kabel", name_en="Cable")
    session.add(other)
    session.commit()

    refused = lars.post(f"{PARTS}/{other.id}", data=stated(other, number="85s19aa"))

    assert (refused.status_code, 'id="number-error"' in refused.text) == (422, True)
    assert "There is already a part with this number." in words(refused.text)


def test_whoever_does_not_keep_the_parts_does_not_change_them(
    session: Session, sign_in: SignInAs, part: SparePart
) -> None:
    csm = sign_in(make_user(session, role=Role.CSM))

    assert csm.get(f"{PARTS}/{part.id}").status_code == 403
    assert csm.post(f"{PARTS}/{part.id}", data=stated(part)).status_code == 403
    assert csm.get(PARTS).status_code == 200


def test_an_order_is_found_by_what_the_part_is_called_now(
    session: ScopedSession, sign_in: SignInAs, lars: FlaskClient, part: SparePart
) -> None:
    ola: User = make_user(session)
    account: Account = account_of(ola)
    it = make_replacement(session, account, by=ola, part_id=part.id, part_count=2)
    index_replacement(session, it)
    session.commit()
    lars.post(f"{PARTS}/{part.id}", data=stated(part, number="77X88", name_nb="Myke puter"))

    for text in ("77x88", "Myke", "ear cushions", "85S19-AA"):
        shown = sign_in(ola).get("/replacements", query_string={"q": text}).text
        assert re.findall(r'href="/replacements/(RMA-\d+)"', shown) == [it.reference], text


@pytest.mark.parametrize(
    "number", ["RMA-100012", "rma 100012", "<script>alert(1)</script>", "85S19'--", "«85S19»"]
)
def test_what_no_part_is_numbered_like_is_refused(
    session: Session, lars: FlaskClient, part: SparePart, number: str
) -> None:
    refused = lars.post(f"{PARTS}/{part.id}", data=stated(part, number=number))
    assert refused.status_code == 422
    assert "is not a part number. Use letters, digits and dashes." in words(refused.text)
    right = lars.post(f"{PARTS}/{part.id}", data=stated(part, number="2200-69/1.A+#2"))
    assert right.status_code == 303


def test_the_part_number_of_a_model_is_none_of_a_spare_part(
    session: Session, lars: FlaskClient, part: SparePart
) -> None:
    model = make_model(session, "Studio X50")
    model.part_numbers.append(PartNumber(number="8L531AA"))
    session.commit()
    refused = lars.post(f"{PARTS}/{part.id}", data=stated(part, number="8l531-aa"))
    assert refused.status_code == 422
    assert "This is the part number of a model: Studio X50." in words(refused.text)


def test_a_version_that_never_was_saves_nothing(
    session: Session, lars: FlaskClient, part: SparePart
) -> None:
    for more in ({}, {"name_en": "Cushions"}):
        refused = lars.post(f"{PARTS}/{part.id}", data=stated(part, **more, version=999))
        assert refused.status_code == 422
    session.expire_all()
    assert (part.name_en, part.version) == ("Ear cushions", 1)
