from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, Site, User
from portal.approval_rules.models import ApprovalRules
from portal.base.access import Role
from portal.catalogue.models import Category, ProductModel
from portal.products.models import ProductCount
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage
from portal.spare_parts.models import SparePart
from tests.conftest import SignInAs
from tests.factories import (
    MOMENT,
    make_model,
    make_stock,
    make_user,
)
from tests.replacements.test_asking import NEW, replacements, told, words

PARTS, DESK = "/replacements/parts", "/desk/logistics"


def asked(site: Site, **more: Any) -> dict[str, Any]:
    known = {"part": "85S19AA", "pieces": "9", "where": site.reference, "token": "t"}
    known |= {"recipient": "Ola Hansen", "phone": "22 22 22 22", "shown": "2026-11-20"}
    return known | {"country": "NO"} | more


def test_parts_are_asked_for_by_number_and_count_and_sent(
    session: Session, sign_in: SignInAs, ola: User, part: SparePart, site: Site
) -> None:
    client = sign_in(ola)
    assert "Ear cushions" in words(client.get(PARTS).text)
    assert "85S19-AA" in client.get(f"{PARTS}/new?part=85s19aa").text
    answers = words(client.post(f"{PARTS}/answers", data=asked(site)).text)
    assert "9 × Ear cushions" in answers
    assert "they arrive Friday 20 November" in answers
    sent = client.post(PARTS, data=asked(site))
    receipt = words(client.get(sent.location).text)
    assert "We send the parts" in receipt
    assert "Nothing is to be sent back." in receipt
    assert client.post(PARTS, data=asked(site)).location == sent.location
    it = replacements(session)[0]
    assert (it.stage, it.part_count, it.promised_on) == (Stage.APPROVED, 9, date(2026, 11, 20))
    assert "9 × Ear cushions" in words(client.get("/replacements").text)
    assert "9 × Ear cushions" in words(client.get(f"/replacements/{it.reference}").text)
    with client.get("/replacements/replacements.csv") as table:
        assert "9 × Ear cushions" in table.get_data(as_text=True)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [({"at_once": 8}, "many"), ({"categories": ["headset"]}, "category"), ({}, "week")],
)
def test_parts_are_held_back_by_the_same_rules(  # noqa: PLR0917
    rules: dict[str, Any], reason: str, session: Session, sign_in: SignInAs, ola: User,
    part: SparePart, site: Site,
) -> None:  # fmt: skip
    plain = {"own_addresses": False, "at_home": False, "again_days": 0, "categories": []}
    session.add(ApprovalRules(**{"at_once": 100} | plain | rules))
    session.commit()
    client = sign_in(ola)
    pieces = 9 if rules else 11  # more than are approved within a week
    answers = words(client.post(f"{PARTS}/answers", data=asked(site, pieces=str(pieces))).text)
    assert "One of us looks at it first. Approved before" in answers
    assert "they arrive Friday 20 November" in answers
    assert "Order before" not in answers
    receipt = client.post(PARTS, data=asked(site, pieces=str(pieces))).location
    it = replacements(session)[0]
    assert (it.stage, reason in it.held) == (Stage.REQUESTED, True)
    assert "The parts are asked for" in words(client.get(receipt).text)


def test_of_parts_nothing_is_asked_back_and_the_parcel_is_the_end(
    session: Session, sign_in: SignInAs, ola: User, part: SparePart, site: Site
) -> None:
    sign_in(ola).post(PARTS, data=asked(site))
    it = replacements(session)[0]
    lars = sign_in(make_user(session, role=Role.LOGISTICS))
    scans = {"rma": it.reference, "serial_number": "8G22419999ZZCV", "tracking_number": "370715"}

    wrong = lars.post(f"{DESK}/shipments", data=scans)
    assert "You scanned 8G22419999ZZCV, but 85S19-AA is to be sent." in words(wrong.text)
    for _ in range(2):
        right = lars.post(f"{DESK}/shipments", data=scans | {"serial_number": "85s19aa"})
        assert right.status_code == 303
    lars.post(f"{DESK}/{it.reference}/delivery", data={"delivered_on": "19.11.2026"})
    it = replacements(session)[0]
    assert (it.stage, it.returned, it.liability) == (
        Stage.DELIVERED, ReturnStage.NOT_DUE, Liability.NONE,
    )  # fmt: skip
    assert not it.is_open
    assert it.new_serial_number is None
    with lars.get(f"{DESK}/{it.reference}/packing-slip.pdf") as slip:
        assert slip.data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("field", "value"),
    [("pieces", "0"), ("pieces", "101"), ("pieces", ""), ("recipient", ""), ("phone", "12")],
)
def test_what_is_missing_is_said_at_its_field(  # noqa: PLR0917
    field: str, value: str, session: Session, sign_in: SignInAs, ola: User, part: SparePart,
    site: Site,
) -> None:  # fmt: skip
    for path in (f"{PARTS}/answers", PARTS):
        refused = sign_in(ola).post(path, data=asked(site, **{field: value}))
        assert refused.status_code == 422
        assert f'id="{field}-error"' in refused.text
    assert replacements(session) == []


def test_only_what_fits_a_covered_model_is_offered(
    session: Session, sign_in: SignInAs, ola: User, part: SparePart, site: Site
) -> None:
    part.model_ids = [make_model(session, category=Category.VIDEO).id]
    session.commit()
    client = sign_in(ola)

    assert "There are no parts for what is covered" in words(client.get(PARTS).text)
    assert client.post(PARTS, data=asked(site)).status_code == 422
    assert replacements(session) == []


def test_parts_take_nothing_from_those_by_count(  # noqa: PLR0917
    session: Session, sign_in: SignInAs, account: Account, ola: User, headset: ProductModel,
    part: SparePart, site: Site,
) -> None:  # fmt: skip
    count = ProductCount(account_id=account.id, model=headset, number=1, registered_at=MOMENT)
    session.add(count)
    session.commit()
    client = sign_in(ola)
    client.post(PARTS, data=asked(site))

    one = client.post(NEW, data=told(count, site, fault="no_sound", token="u"))
    assert one.status_code == 303
    assert len(session.scalars(select(Replacement)).all()) == 2


def test_logistics_keeps_the_parts(
    session: Session, sign_in: SignInAs, headset: ProductModel
) -> None:
    lars: FlaskClient = sign_in(make_user(session, role=Role.LOGISTICS))
    told_of = {"number": "85R01AA", "name_nb": "Kabel", "name_en": "Cable", "token": "t"}
    told_of |= {"models": "Voyager 4320"}

    assert lars.post(f"{DESK}/parts", data=told_of).status_code == 303
    again = lars.post(f"{DESK}/parts", data=told_of | {"token": "u", "number": "85r01-aa"})
    assert "There is already a part with this number." in words(again.text)
    for field in ("number", "name_nb", "name_en", "models"):
        wrong = lars.post(f"{DESK}/parts", data=told_of | {"token": "v", field: ""})
        assert f'id="{field}-error"' in wrong.text
    made = session.scalars(select(SparePart)).one()
    assert lars.post(f"{DESK}/parts/{made.id}/withdrawal").status_code == 303
    offered, _, withdrawn = lars.get(f"{DESK}/parts").text.partition("Withdrawn parts")
    assert ('mono">85R01AA' in offered, "85R01AA" in withdrawn) == (False, True)
    for _ in range(2):
        assert lars.post(f"{DESK}/parts/{made.id}/offer").status_code == 303
    assert "Withdrawn parts" not in lars.get(f"{DESK}/parts").text
    csm = sign_in(make_user(session, role=Role.CSM))
    assert csm.post(f"{DESK}/parts", data=told_of).status_code == 403


def test_parts_take_no_device_from_stock(
    session: Session, sign_in: SignInAs, ola: User, part: SparePart, site: Site
) -> None:
    model = session.get_one(ProductModel, part.model_ids[0])
    line = make_stock(session, 0, model=model)

    assert sign_in(ola).post(PARTS, data=asked(site)).status_code == 303

    session.expire_all()
    assert [it.stage for it in replacements(session)] == [Stage.APPROVED]
    assert (line.on_hand, line.reserved) == (0, 0)


def test_none_are_not_too_many(sign_in: SignInAs, ola: User, part: SparePart, site: Site) -> None:
    for pieces, says in (("0", "Write a number from 1 on."), ("101", "at most 100 at once.")):
        refused = sign_in(ola).post(f"{PARTS}/answers", data=asked(site, pieces=pieces)).text
        assert says in words(refused)
        assert words(refused).count("at most 100 at once.") == (2 if pieces == "101" else 0)


def test_a_part_that_fits_nothing_of_theirs_is_refused_at_once_with_a_way_on(
    session: Session, sign_in: SignInAs, ola: User, part: SparePart
) -> None:
    part.model_ids = [make_model(session, "Studio X", category=Category.VIDEO).id]
    session.commit()
    refused = sign_in(ola).get(f"{PARTS}/new?part=85S19-AA")
    assert 'name="pieces"' not in refused.text
    assert "None of the models that this part fits is covered." in words(refused.text)
    for way in (f'href="{PARTS}"', 'href="/service-requests/new"'):
        assert way in refused.text
