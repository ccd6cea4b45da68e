"""What a customer finds: its fleet first, by any word, and each model's versions and papers."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.base.references import reference
from portal.catalogue.models import PartNumber
from portal.downloads.rules import Audience, Channel, DocumentKind, Platform, Sort, Standing, State
from tests.conftest import SignInAs
from tests.counting import counted
from tests.downloads.conftest import World
from tests.factories import make_account, make_document, make_release, make_user

NOTES = {
    "fixed": {"nb": "Ringetonen kunne falle ut.", "en": "The ring tone could be lost."},
    "known": {"en": "Bluetooth takes long."},
}


def model_page(world: World) -> str:
    return f"/downloads/{reference('M', world.phone.id)}"


def text_of(html: str) -> str:
    return " ".join(html.split())


def test_my_fleet_says_how_many_are_behind_and_the_way(world: World) -> None:
    world.devices("6.2.23.0202", "6.2.23.0202", "7.2.1.1707", "")
    step = world.publish("7.0.3.0515", steps_en="Makes new certificates.")
    world.publish("7.2.1.1707", predecessor_id=step.id)

    page = text_of(world.kari_browses.get("/downloads").text)

    assert "2 devices behind" in page
    assert "in 2 steps" in page
    assert page.index("6.2.23.0202</span> <small>what you have") < page.index("Makes new cert")


GONE: dict[str, dict[str, object]] = {
    "withdrawn": {},
    "blocked": {"standing": Standing.BLOCKED},
    "embargoed": {"opens_at": clock.now() + timedelta(days=30)},
    "for pilots": {"staged": True},
    "without a file": {"store": None},
}


@pytest.mark.parametrize("gone", GONE.values(), ids=GONE)
def test_nobody_is_told_to_install_a_step_that_is_not_to_be_had_nor_to_go_without(
    world: World, gone: dict[str, object]
) -> None:
    world.devices("6.2.23.0202")
    step = world.publish("7.0.3.0515", **gone)
    if not gone:
        step.channels[0].withdrawn_at = clock.now()
        world.session.commit()
    target = world.publish("7.2.1.1707", predecessor_id=step.id)
    address = f"/downloads/releases/{target.reference}"

    fleet = text_of(world.kari_browses.get("/downloads").text)
    assert "1 device behind" in fleet
    assert "Wait: a version that must be installed first is not available now." in fleet
    assert "7.0.3.0515" not in fleet
    for page in (model_page(world), address):
        shown = text_of(world.kari_browses.get(page).text)
        assert "Wait before you install it from an older version" in shown
        assert "install these first" not in shown
        assert "Install in this order" not in shown
    manifest: Any = world.kari_browses.get(f"{address}/manifest.json").json
    assert (manifest["install_first"], manifest["wait"]) == (None, True)


def test_devices_with_a_blocked_version_stand_out(world: World) -> None:
    world.devices("7.2.1.1707", "7.2.1.1707", "7.1.4")
    world.publish("7.1.4")
    world.publish("7.2.1.1707", standing=Standing.BLOCKED)

    for page in ("/downloads", model_page(world)):
        shown = text_of(world.kari_browses.get(page).text)
        assert "2 devices with a blocked version" in shown
        assert "Up to date" not in shown


def test_what_is_up_to_date_is_said_to_be(world: World) -> None:
    world.devices("7.2.1.1707")
    world.publish("7.2.1.1707")

    page = world.kari_browses.get("/downloads").text

    assert "Up to date" in page
    assert "behind" not in page.split("<tbody")[1].split("</tbody")[0]


@pytest.mark.parametrize(
    "released",
    [
        {"standing": Standing.DEPRECATED},
        {"standing": Standing.BLOCKED},
        {"store": None},
        {"state": State.DRAFT},
        {"opens_at": clock.now() + timedelta(days=30)},
        {"staged": True},
    ],
    ids=["outdated", "blocked", "without a file", "draft", "embargoed", "for pilots"],
)
def test_no_version_is_suggested_that_is_not_to_be_installed(
    world: World, released: dict[str, object]
) -> None:
    world.devices("7.0.1")
    world.publish("7.1.0")
    world.publish("7.2.0", **released)

    page = world.kari_browses.get(model_page(world)).text

    assert "Firmware 7.1.0" in page
    assert "Firmware 7.2.0" not in page


def test_a_version_is_withdrawn_from_one_channel_or_from_download(
    session: Session, world: World
) -> None:
    world.publish("7.0.0")
    kept, gone = world.publish("7.1.0"), world.publish("7.2.0")
    for it, channel in ((kept, Channel.TEAMS), (gone, Channel.PORTAL)):
        row = next(each for each in it.channels if each.channel is channel)
        row.withdrawn_at, row.reason_en = clock.now(), f"Trouble with {channel}."
    session.commit()

    page = text_of(world.kari_browses.get(model_page(world)).text)

    assert "Firmware 7.1.0" in page
    assert "Withdrawn from Microsoft Teams" in page
    assert "It can still be downloaded here." in page
    assert "Version 7.2.0 is withdrawn" in page
    assert "Trouble with portal." in page


def test_pilots_alone_are_told_of_a_staged_release(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    it = world.publish("9.0.0", staged=True, pilots=[world.account])
    other = sign_in(make_user(session, account=make_account(session, "Andre AS")))

    assert "9.0.0" in world.kari_browses.get(model_page(world)).text
    assert "9.0.0" not in other.get(model_page(world)).text
    for path in ("", "/file", "/manifest.json"):
        assert other.get(f"/downloads/releases/{it.reference}{path}").status_code == 404
    assert other.get("/downloads?q=9.0.0").text.count("9.0.0") <= 4  # what was searched for alone
    assert it.reference not in other.get("/downloads?q=9.0.0").text


def test_an_embargo_ends_by_itself(world: World, travel: object) -> None:
    opens = clock.now() + timedelta(hours=2)
    it = world.publish("9.0.0", opens_at=opens)
    path = f"/downloads/releases/{it.reference}"

    assert world.kari_browses.get(path).status_code == 404
    travel(timedelta(hours=3))  # type: ignore[operator]
    assert world.kari_browses.get(path).status_code in {200, 303}


@pytest.mark.parametrize(
    "text",
    [
        *("ccx 500", "CCX500", "ccx", "2200-35849-025", "220035849025", "7.2.1.1707", "7.2.1"),
        *("ringetonen", "ringetone", "ring tones", "bluetooth", "fastvare ccx", "firmware ccx"),
        "Update #1",
    ],
)
@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_release_is_found_by_any_word(
    session: Session, world: World, text: str, language: str
) -> None:
    session.add(PartNumber(number="2200-35849-025", model_id=world.phone.id))
    world.kari.language = language
    it = world.publish("7.2.1.1707", notes=NOTES, train="2022 Update #1")

    found = world.kari_browses.get("/downloads", query_string={"q": text}).text

    assert it.reference in found


@pytest.mark.parametrize("text", ["studio", "7.9.9", "finnes ikke", "%", "' OR 1 --", "9" * 300])
def test_what_is_nowhere_finds_nothing(world: World, text: str) -> None:
    it = world.publish("7.2.1.1707", notes=NOTES)

    answer = world.kari_browses.get("/downloads", query_string={"q": text})

    assert answer.status_code == 200
    assert it.reference not in answer.text
    assert "We find no files" in answer.text


def test_documents_are_found_by_name_and_part_number(world: World) -> None:
    it = make_document(
        world.session, "Poly CCX Guide", world.phone, store=world.store, part_number="3725-49776-01"
    )
    hidden = make_document(world.session, "Poly CCX Draft", store=world.store, published=False)

    for text in ("ccx guide", "3725-49776-01", "49776", "administrator guide"):
        found = world.kari_browses.get("/downloads", query_string={"q": text}).text
        assert it.reference in found
        assert hidden.reference not in found


def test_documents_stand_by_kind_and_language_with_earlier_ones_folded(world: World) -> None:
    for version in ("1.9", "1.10"):
        it = make_document(world.session, "Bruk", world.phone, store=world.store, version=version)
        it.kind, it.language = DocumentKind.USER_GUIDE, "nb"
    world.session.commit()

    page = text_of(world.kari_browses.get(model_page(world)).text)

    assert page.index("User guide") < page.index("Bruk 1.10") < page.index("Earlier versions")
    assert page.index("Earlier versions") < page.index("Bruk 1.9")
    assert "Norwegian Bokmål" in page


def test_a_model_has_its_notes_its_programs_and_its_end(session: Session, world: World) -> None:
    world.phone.end_of_service = date(2020, 1, 1)
    it = world.publish("7.2.1.1707", notes=NOTES)
    for version in ("2.4.1", "2.3.0"):
        program = world.publish(version, sort=Sort.SOFTWARE, title="Poly Lens Desktop")
        program.platform = Platform.WINDOWS
    session.commit()

    page = text_of(world.kari_browses.get(model_page(world)).text)

    assert it.file
    assert it.file.sha256 in page
    assert page.index("Fixed") < page.index("The ring tone could be lost.")
    assert "Poly Lens Desktop 2.4.1" in page
    assert "Poly Lens Desktop 2.3.0" not in page
    assert "Service of this model has ended" in page


def test_an_uncovered_customer_is_told_why_and_what_to_do(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    world.publish("7.2.1.1707")
    other = sign_in(make_user(session, account=make_account(session, "Andre AS")))

    page = other.get(model_page(world)).text

    assert "None of the models is covered by your agreement" in page
    assert "No agreement is in force." in page
    assert "Ask your reseller or us" in page
    assert "Download 7.2.1.1707" not in page


@pytest.mark.parametrize("many", [3, 60])
def test_pages_cost_few_statements_however_much_there_is(
    world: World, engine: Engine, many: int
) -> None:
    for number in range(many):
        world.publish(f"7.{number}.0", store=None, notes=NOTES)
        make_document(world.session, f"Guide {number}", world.phone, store=world.store)
    world.devices(*(f"7.{number}.0" for number in range(5)))
    paths = ["/downloads", "/downloads?q=7.2", model_page(world)]
    for path in paths:
        world.kari_browses.get(path)  # what is held in memory is read

    for path, most in zip(paths, (6, 6, 8), strict=True):
        with counted(engine) as sent:
            assert world.kari_browses.get(path).status_code == 200
        assert len(sent) <= most, (path, sent)


def test_an_observer_reads_of_software_and_takes_security_fixes(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    mette = sign_in(make_user(session, account=world.account, role=Role.OBSERVER))
    plain, fix = world.publish("7.1.0"), world.publish("7.2.0", security=True)

    refused = mette.get(f"/downloads/releases/{plain.reference}/file")

    assert refused.status_code == 403
    assert "Ask an administrator of your organization" in refused.text
    assert mette.get(f"/downloads/releases/{fix.reference}/file").status_code == 200


def test_releases_that_are_for_no_model_take_an_agreement(
    session: Session, world: World, files: FileStore, sign_in: SignInAs
) -> None:
    it = make_release(session, "2.4.1", store=files, sort=Sort.SOFTWARE, title="Lens")
    other = sign_in(make_user(session, account=make_account(session, "Andre AS")))
    path = f"/downloads/releases/{it.reference}/file"

    assert world.kari_browses.get(path).status_code == 200
    assert other.get(path).status_code == 403


def test_what_is_open_to_all_needs_no_cover(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    it = world.publish("7.1.0", audience=Audience.SIGNED_IN)
    other = sign_in(make_user(session, account=make_account(session, "Andre AS")))

    assert other.get(f"/downloads/releases/{it.reference}/file").status_code == 200


def test_digits_are_a_version_and_no_reference_without_its_letters(world: World) -> None:
    other = world.publish("9.9")
    digits = other.reference.rpartition("-")[2]
    it = world.publish(digits)

    page = world.kari_browses.get("/downloads", query_string={"q": digits}).text

    assert it.reference in page
    assert other.reference in world.kari_browses.get(f"/downloads?q={other.reference}").text
