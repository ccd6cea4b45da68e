"""From a draft to what customers see: two people, a preview, withdrawn with a reason."""

import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, select

from portal.base import clock
from portal.base.access import Role
from portal.base.history import DeskEvent, What
from portal.base.mails import Mail
from portal.downloads.models import PublishedDocument, SoftwareRelease
from portal.downloads.rules import State
from portal.downloads.taking import SoftwareTerms
from portal.notices.models import PortalNotice
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import account_of, make_agreement, make_release, make_user
from tests.publishing.conftest import Desk, RunJobs, a_zip


def deeds(desk: Desk, it: Any) -> list[What]:
    mine = DeskEvent.kind == it.__tablename__, DeskEvent.record_id == it.id
    return list(desk.session.scalars(select(DeskEvent.what).where(*mine).order_by(DeskEvent.id)))


@pytest.fixture
def kari(desk: Desk, sign_in: SignInAs) -> Any:
    user = make_user(desk.session, role=Role.ADMINISTRATOR)
    make_agreement(desk.session, account_of(user))
    desk.session.commit()
    return sign_in(user)


def test_firmware_takes_two_people(desk: Desk, kari: Any) -> None:
    it = desk.draft()
    customers = f"/downloads/releases/{it.reference}"

    assert desk.do(it, "publication").status_code == 422
    assert desk.do(it, "proposal").status_code == 303
    refused = desk.do(it, "publication")
    assert refused.status_code == 422
    assert "Somebody else must publish what you proposed" in refused.text
    assert kari.get(customers).status_code == 404
    assert desk.do(it, "publication", desk.per_browses).status_code == 303
    assert kari.get(f"{customers}/file").data == a_zip()
    assert deeds(desk, it) == [What.CREATED, What.PROPOSED, What.PUBLISHED]


def test_endpoint_software_takes_one(desk: Desk) -> None:
    it = desk.draft(sort="software", title="Poly Lens Desktop", platform="windows")

    assert desk.do(it, "publication").status_code == 303
    assert desk.newest().state is State.PUBLISHED


def test_what_was_proposed_is_a_draft_again_when_it_changes(desk: Desk) -> None:
    it = desk.draft()
    desk.do(it, "proposal")
    it = desk.newest()
    told = desk.facts(version=it.revision, note_fixed_en="Another text.")
    del told["token"]

    answer = desk.per_browses.post(f"/desk/publish/releases/{it.reference}/facts", data=told)

    assert answer.status_code == 303
    assert desk.newest().state is State.DRAFT
    assert desk.do(it, "publication", desk.per_browses).status_code == 422


def test_what_is_out_keeps_its_file_and_its_version(desk: Desk) -> None:
    it = desk.draft()
    desk.do(it, "proposal")
    desk.do(it, "publication", desk.per_browses)
    it = desk.newest()
    path = f"/desk/publish/releases/{it.reference}/facts"
    told = desk.facts(version=it.revision)
    del told["token"]
    other = desk.send(a_zip(9000)).json["token"]

    for change in ({"printed": "7.2.1.1708"}, {"files": other}):
        answer = desk.petra_browses.post(path, data=told | change)
        assert answer.status_code == 422
        assert "keeps its file and its version" in answer.text
    answer = desk.petra_browses.post(path, data=told | {"note_new_en": "Faster."})
    assert answer.status_code == 303
    assert desk.newest().notes["new"] == {"en": "Faster."}


def test_a_stale_save_is_refused_with_both_texts(desk: Desk) -> None:
    it = desk.draft()
    path = f"/desk/publish/releases/{it.reference}/facts"
    told = desk.facts(version=it.revision)
    del told["token"]
    desk.per_browses.post(path, data=told | {"train": "Theirs"})

    answer = desk.petra_browses.post(path, data=told | {"train": "Mine"})

    assert answer.status_code == 422
    assert "Someone else changed this" in answer.text
    assert 'value="Mine"' in answer.text
    assert "Theirs" in answer.text


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"printed": ""}, "Enter the version as it is printed."),
        ({"printed": "<b>1</b>"}, "is no version"),
        ({"printed": "abc"}, "“abc” is no version."),
        ({"printed": "٣.٤"}, "is no version"),
        ({"models": "CCX 900"}, "There is no model called CCX 900"),
        ({"models": ""}, "Name the models."),
        ({"channels": []}, "Choose at least one channel."),
        ({"pilots": "1234"}, "No customer has the master account ID 1234."),
        ({"predecessor": "9.9"}, "These models have no release 9.9."),
        ({"opens_on": "31.2.2027"}, "does not exist"),
        ({"sort": "software"}, "Enter the name of the software."),
        ({"files": "x" * 32}, "no longer here"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    desk: Desk, told: dict[str, Any], says: str
) -> None:
    answer = desk.petra_browses.post("/desk/publish/releases", data=desk.facts(**told))

    assert answer.status_code == 422
    assert says in answer.text
    assert desk.session.scalars(select(SoftwareRelease)).all() == []


@pytest.mark.parametrize(("name", "most"), [("title", 120), ("train", 80)])
def test_what_is_too_long_is_said_at_its_own_field(desk: Desk, name: str, most: int) -> None:
    told = desk.facts(sort="software", title="Poly Lens", platform="windows", models="")

    answer = desk.petra_browses.post("/desk/publish/releases", data=told | {name: "x" * (most + 1)})

    assert answer.status_code == 422
    field = answer.text.partition(f'id="{name}-error"')[2].partition("</")[0]
    assert f"Use at most {most} characters." in field
    fits = desk.petra_browses.post("/desk/publish/releases", data=told | {name: "x" * most})
    assert fits.status_code == 303


def test_the_same_version_stands_once(desk: Desk) -> None:
    it = desk.draft()

    answer = desk.petra_browses.post("/desk/publish/releases", data=desk.facts())

    assert answer.status_code == 422
    assert f"Version 7.2.1.1707 is there already: {it.reference}." in answer.text


def test_a_form_that_is_sent_twice_makes_one(desk: Desk) -> None:
    told = desk.facts(files=desk.send(a_zip()).json["token"])

    first, second = (desk.petra_browses.post("/desk/publish/releases", data=told) for _ in range(2))

    assert first.location == second.location
    assert len(desk.session.scalars(select(SoftwareRelease)).all()) == 1


def test_without_scripts_the_file_comes_with_the_form(desk: Desk) -> None:
    told = desk.facts(files=(BytesIO(a_zip()), "ccx.zip"))

    answer = desk.petra_browses.post("/desk/publish/releases", data=told)

    assert answer.status_code == 303
    it = desk.newest()
    assert it.file
    assert it.file.size == len(a_zip())
    renamed = desk.facts(printed="8.0", files=(BytesIO(b"%PDF-1.4"), "ccx.zip"))
    refused = desk.petra_browses.post("/desk/publish/releases", data=renamed)
    assert refused.status_code == 422
    assert "does not fit its name" in refused.text


def test_missing_languages_are_shown(desk: Desk) -> None:
    it = desk.draft()
    for path in ("/desk/publish", f"/desk/publish/releases/{it.reference}"):
        page = desk.petra_browses.get(path).text
        assert "Lacks Norwegian Nynorsk" in page
        assert "Lacks English" not in page


def test_a_preview_is_what_customers_will_see(desk: Desk, kari: Any) -> None:
    it = desk.draft()

    page = desk.petra_browses.get(f"/desk/publish/releases/{it.reference}/preview").text

    assert "This is how customers will see it" in page
    assert "Fixed the ring tone." in page
    assert "Download 7.2.1.1707" in page
    links = re.findall(r'href="(/[^"]*)"', page.partition("<main")[2].partition("</main>")[0])
    own = {link for link in links if not re.search("preview|/static/", link)}
    assert {link: desk.petra_browses.get(link).status_code for link in own} == {
        f"/desk/publish/releases/{it.reference}": 200,
        f"/desk/publish/releases/{it.reference}/file": 200,
    }
    file = desk.petra_browses.get(f"/desk/publish/releases/{it.reference}/file")
    assert it.file
    assert sha256(file.data).hexdigest() == it.file.sha256
    assert kari.get(f"/desk/publish/releases/{it.reference}/file").status_code == 403
    assert kari.get(f"/downloads/releases/{it.reference}").status_code == 404


def test_it_goes_live_on_its_day(desk: Desk, kari: Any, travel: Any) -> None:
    day = (clock.today() + timedelta(days=1)).strftime("%d.%m.%Y")
    it = desk.draft(opens_on=day, opens_at="08.00")
    desk.do(it, "proposal")
    desk.do(it, "publication", desk.per_browses)

    assert kari.get(f"/downloads/releases/{it.reference}").status_code == 404
    assert "Goes live" in desk.petra_browses.get("/desk/publish").text


def test_pilots_come_first_and_then_everyone(desk: Desk, kari: Any, sign_in: SignInAs) -> None:
    pilot = make_user(desk.session, role=Role.ADMINISTRATOR)
    make_agreement(desk.session, account_of(pilot))
    desk.session.commit()
    it = desk.draft(pilots=account_of(pilot).master_account_id)
    desk.do(it, "proposal")
    desk.do(it, "publication", desk.per_browses)
    path = f"/downloads/releases/{it.reference}"

    assert sign_in(pilot).get(path).status_code == 200
    assert kari.get(path).status_code == 404
    assert desk.do(it, "opening").status_code == 303
    assert kari.get(path).status_code == 404
    assert desk.do(it, "change/enforcement").status_code == 422
    assert desk.do(it, "change/enforcement", desk.per_browses).status_code == 303
    assert kari.get(path).status_code == 200


def test_those_who_took_it_are_told_why_it_is_withdrawn(
    desk: Desk, run_jobs: RunJobs, sign_in: SignInAs
) -> None:
    took, other = (
        make_user(desk.session, role=Role.ADMINISTRATOR, language=code) for code in ("nb", "en")
    )
    for user in (took, other):
        make_agreement(desk.session, account_of(user))
    it = make_release(desk.session, "7.0", desk.phone, store=desk.store)
    sign_in(took).get(f"/downloads/releases/{it.reference}/file")
    why: dict[str, Any] = {
        "reason_nb": "Mister registreringen.",
        "reason_en": "Loses its registration.",
    }

    assert desk.do(it, "withdrawal", channels=["portal"]).status_code == 422
    answer = desk.do(it, "withdrawal", channels=["portal", "teams"], **why)
    assert answer.status_code == 303
    run_jobs()

    mail = desk.session.scalars(select(Mail)).one()
    assert mail.address == took.email
    assert "Fastvare 7.0 er trukket tilbake" in mail.subject
    assert "Mister registreringen." in mail.text
    assert [it.user_id for it in desk.session.scalars(select(PortalNotice))] == [took.id]
    page = sign_in(other).get(f"/downloads/releases/{it.reference}").text
    assert "Loses its registration." in page
    assert sign_in(other).get(f"/downloads/releases/{it.reference}/file").status_code == 410
    again = desk.do(it, "withdrawal", channels=["portal"], **why)
    assert again.status_code == 422


def test_a_blocked_one_is_told_of_and_given_to_nobody(
    desk: Desk, run_jobs: RunJobs, sign_in: SignInAs
) -> None:
    took = make_user(desk.session, role=Role.ADMINISTRATOR)
    make_agreement(desk.session, account_of(took))
    it = make_release(desk.session, "7.0", desk.phone, store=desk.store)
    path = f"/downloads/releases/{it.reference}/file"
    sign_in(took).get(path)

    assert desk.do(it, "standing", standing="blocked").status_code == 422
    assert desk.do(it, "standing", standing="blocked", reason_en="Gets hot.").status_code == 303
    run_jobs()

    assert "Do not install" in desk.session.scalars(select(Mail)).one().subject
    assert sign_in(took).get(path).status_code == 410


def test_a_document_has_a_version_and_a_language(desk: Desk, kari: Any) -> None:
    pdf = b"%PDF-1.4\n" + b"x" * 3000 + b"\n%%EOF\n"
    told = {
        "token": "a-document",
        "kind": "user_guide",
        "title": "CCX brukerveiledning",
        "language": "nb",
        "printed": "1.2",
        "audience": "public",
        "models": desk.phone.name,
    }
    path = "/desk/publish/documents"

    assert "Send the file first." in desk.petra_browses.post(path, data=told).text
    token = desk.send(pdf, "guide.pdf").json["token"]
    answer = desk.petra_browses.post(path, data=told | {"files": token})
    assert answer.status_code == 303
    it = desk.session.scalars(select(PublishedDocument)).one()
    file = f"/downloads/documents/{it.reference}/file"
    assert kari.get(file).status_code == 404
    assert desk.petra_browses.post(f"{path}/{it.reference}/publication").status_code == 303
    assert kari.get(file).data == pdf
    assert desk.petra_browses.post(f"{path}/{it.reference}/withdrawal").status_code == 303
    assert kari.get(file).status_code == 404
    assert deeds(desk, it) == [What.CREATED, What.PUBLISHED, What.WITHDRAWN]
    assert it.reference in desk.petra_browses.get(path).text


def test_new_terms_are_asked_for_at_the_next_download(desk: Desk, kari: Any) -> None:
    it = make_release(desk.session, "7.0", desk.phone, store=desk.store)
    told = {"token": "terms", "text_nb": "Vilkår to.", "text_en": "Terms two."}

    half = desk.petra_browses.post("/desk/publish/terms", data=told | {"text_en": ""})
    assert half.status_code == 422
    assert desk.petra_browses.post("/desk/publish/terms", data=told).status_code == 303

    assert "Terms two." in kari.get(f"/downloads/releases/{it.reference}/file").text
    assert desk.session.scalars(select(SoftwareTerms)).one().text_nb == "Vilkår to."


@pytest.mark.parametrize("many", [2, 40])
def test_pages_of_publishers_cost_few_statements(desk: Desk, engine: Engine, many: int) -> None:
    for number in range(many):
        make_release(desk.session, f"7.{number}", desk.phone)
    it = desk.newest()
    paths = {"/desk/publish": 6, f"/desk/publish/releases/{it.reference}": 8}
    for path, most in paths.items():
        desk.petra_browses.get(path)
        with counted(engine) as sent:
            assert desk.petra_browses.get(path).status_code == 200
        assert len(sent) <= most, sent
