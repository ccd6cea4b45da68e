"""Everything that one may see is found, and opened at once where it is named exactly."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.base.access import GRANTABLE, Permission, Role
from portal.base.file_store import FileStore
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.models import PartNumber, ProductModel
from tests.conftest import SignInAs
from tests.factories import (
    make_document,
    make_grant,
    make_issue,
    make_partner,
    make_product,
    make_release,
    make_user,
)
from tests.search.things import Things, enter_device

TYPING = {"HX-Request": "true", "HX-Target": "finder-list"}


@pytest.fixture
def kari(ours: Things, session: Session, sign_in: SignInAs) -> FlaskClient:
    return sign_in(make_user(session, account=ours.account, role=Role.ADMINISTRATOR, name="Kari"))


@pytest.mark.parametrize("kind", ["device", "request", "replacement", "license"])
def test_each_kind_is_found_by_a_word_and_named_by_its_number(
    ours: Things, kari: FlaskClient, kind: str
) -> None:
    path = ours.paths[kind]
    number = path.rpartition("/")[2]
    words = {"device": "kvokka", "request": "kvokka", "replacement": "8G2241", "license": "kvokka"}

    assert f'href="{path}"' in kari.get("/search", query_string={"q": words[kind]}).text
    for spelled in (number, number.lower(), f" {number} ", number.replace("-", " ")):
        assert kari.get("/search", query_string={"q": spelled}).location == path
    shown = kari.get("/search", query_string={"q": number, "all": "1"})
    assert shown.status_code == 200
    assert f'href="{path}"' in shown.text


def test_a_device_is_named_by_its_number_and_by_its_last_six_signs_where_it_is_the_only_one(
    ours: Things, kari: FlaskClient, session: ScopedSession, model: ProductModel
) -> None:
    path, serial = ours.paths["device"], ours.device.serial_number or ""
    for spelled in (serial, serial.lower(), "8G22 41A3-F12QX7", serial[-6:], serial[-6:].lower()):
        assert kari.get("/search", query_string={"q": spelled}).location == path
    assert kari.get("/search", query_string={"q": serial[-5:]}).status_code == 200

    twin = make_product(
        session, account=ours.account, model=model, serial_number=f"9Z{serial[-6:]}"
    )
    enter_device(session, twin)
    both = kari.get("/search", query_string={"q": serial[-6:]})
    assert both.status_code == 200
    assert f'href="{path}"' in both.text
    assert f'href="/products/{reference("P", twin.id)}"' in both.text
    assert kari.get("/search", query_string={"q": serial}).location == path


def test_a_mac_address_names_a_device(
    ours: Things, kari: FlaskClient, session: ScopedSession
) -> None:
    ours.device.mac = "64167F7756D8"
    session.commit()
    enter_device(session, ours.device)
    for spelled in ("64:16:7f:77:56:d8", "64167f7756d8", "7756d8"):
        found = kari.get("/search", query_string={"q": spelled})
        assert found.location == ours.paths["device"]


def test_a_license_is_named_by_its_key_and_found_by_the_last_signs(
    ours: Things, kari: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    path = ours.paths["license"]
    observer = sign_in(make_user(session, account=ours.account, role=Role.OBSERVER))
    for reader in (kari, observer):
        for spelled in (ours.key, ours.key.replace("-", "").lower()):
            assert reader.get("/search", query_string={"q": spelled}).location == path
        found = reader.get("/search", query_string={"q": ours.key[-4:]}).text
        assert f'href="{path}"' in found
        assert ours.key not in found
    part = {"q": ours.key[5:9]}  # a group tells a little more of a key
    assert path in kari.get("/search", query_string=part).text
    assert path not in observer.get("/search", query_string=part).text


def test_a_model_is_named_by_its_name_and_by_its_part_number(
    kari: FlaskClient, session: Session, model: ProductModel
) -> None:
    session.add(PartNumber(model_id=model.id, number="2200-29242-001"))
    session.commit()
    path = f"/downloads/{reference('M', model.id)}"
    for spelled in ("Studio X52", "studio x52", "2200-29242-001", "220029242001"):
        assert kari.get("/search", query_string={"q": spelled}).location == path
    assert kari.get("/search?q=studio").status_code == 200


def test_what_is_published_is_found_by_words_of_notes_and_by_numbers(
    kari: FlaskClient, session: ScopedSession, model: ProductModel, files: FileStore
) -> None:
    notes = {"fixed": {"nb": "Retter sporadiske avbrudd i ekkokanselleringen."}}
    release = make_release(session, "4.3.2", model, title="VideoOS", notes=notes)
    guide = make_document(session, "Veggfeste", model, store=files, part_number="2215-1")
    issue = make_issue(session, title_nb="Hakkete sus", title_en="Stutter")

    found = kari.get("/search?q=ekkokansellering+avbrudd").text
    assert f'href="/downloads/releases/{release.reference}"' in found
    assert f"Firmware · {model.name}" in found
    assert f"/documents/{guide.reference}/file" in kari.get("/search?q=veggfeste").text
    assert f"/documents/{guide.reference}/file" in kari.get("/search?q=2215-1").text
    assert f'href="/known-issues/{issue.reference}"' in kari.get("/search?q=stutter").text
    led = kari.get("/search", query_string={"q": release.reference})
    assert led.location == f"/downloads/releases/{release.reference}"
    led = kari.get("/search", query_string={"q": issue.reference.lower()})
    assert led.location == f"/known-issues/{issue.reference}"


def test_people_are_found_by_administrators_alone(
    ours: Things, kari: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    make_user(session, account=ours.account, name="Ønsket Kollega")
    member = sign_in(make_user(session, account=ours.account, name="Ola Hansen"))
    assert "Ønsket Kollega" in kari.get("/search?q=onsket").text
    assert "Ønsket Kollega" not in member.get("/search?q=onsket").text


def test_deeds_pages_and_help_are_found_where_they_may_be_opened(
    ours: Things, kari: FlaskClient, session: Session, sign_in: SignInAs
) -> None:
    observer = sign_in(make_user(session, account=ours.account, role=Role.OBSERVER))
    for text, path in (
        ("open a req", "/service-requests/new"),
        ("case", "/service-requests/new"),  # one thing by two names
        ("register prod", "/products/registration"),
        ("invite", "/organization/users/new"),
    ):
        assert f'href="{path}"' in kari.get("/search", query_string={"q": text}).text
        assert f'href="{path}"' not in observer.get("/search", query_string={"q": text}).text
    assert 'href="/help/coverage"' in observer.get("/search?q=covered").text
    begin = kari.get("/search", headers=TYPING).text
    assert 'href="/service-requests/new"' in begin
    assert "/desk/" not in kari.get("/search?q=customers").text


@pytest.mark.parametrize(
    ("lacks", "kind"),
    [
        (Permission.PRODUCTS_VIEW, "device"),
        (Permission.REQUESTS_VIEW, "request"),
        (Permission.REPLACEMENTS_VIEW, "replacement"),
        (Permission.LICENSES_VIEW, "license"),
    ],
)
def test_a_partner_finds_what_it_was_granted_and_nothing_else(
    ours: Things, session: Session, sign_in: SignInAs, lacks: Permission, kind: str
) -> None:
    partner = make_partner(session)
    make_grant(session, partner, ours.account, permissions=GRANTABLE - {lacks})
    siri = make_user(session, role=Role.PARTNER, partner=partner)
    acting, across = sign_in(siri, acting_for=ours.account), sign_in(siri)
    for browser, start in ((acting, "/search"), (across, "/partner/search")):
        for spelled in ours.spellings():
            page = browser.get(start, query_string={"q": spelled, "all": "1"})
            assert ours.paths[kind].rpartition("/")[2] not in _without_query(page.text, spelled)
            led = browser.get(start, query_string={"q": spelled}).location or ""
            assert ours.paths[kind] not in led


def test_the_closest_come_first_however_many_are_newer(
    ours: Things,
    kari: FlaskClient,
    session: ScopedSession,
    enter_requests: Callable[..., list[int]],
) -> None:
    first = enter_requests(ours.account, ["Lisenser"])[0]
    newer = enter_requests(ours.account, ["Lisensering"] * 20)
    shown = kari.get("/search?q=lisenser").text
    numbers = [reference("SR", it) for it in (first, *reversed(newer))]
    places = [shown.index(f"/service-requests/{it}") for it in numbers[:5]]
    assert places == sorted(places)
    assert f"/service-requests/{numbers[5]}" not in shown
    assert "(21)" in shown


def _without_query(html: str, spelled: str) -> str:
    """What was typed stands in the field, and in the ways to lists."""
    return html.replace(spelled, "").replace(spelled.upper(), "")
