"""Documents are changed after they were saved: facts and file, all of it at once."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.base.access import Role
from portal.base.files import Hold
from portal.base.history import DeskEvent, What
from portal.downloads.models import PublishedDocument, PublishedFile
from portal.downloads.rules import Audience, DocumentKind
from tests.conftest import SignInAs
from tests.factories import make_document, make_user
from tests.publishing.conftest import Desk

PDF = b"%PDF-1.4\n" + b"y" * 3000 + b"\n%%EOF\n"
OLDER = "Someone else changed this while you were writing."


@pytest.fixture
def it(desk: Desk) -> PublishedDocument:
    return make_document(
        desk.session, "CCX brukerveiledning", desk.phone, store=desk.store, version="1.2"
    )


@pytest.fixture
def kari(desk: Desk, sign_in: SignInAs) -> Any:
    return sign_in(make_user(desk.session, role=Role.ADMINISTRATOR))


def path_of(it: PublishedDocument) -> str:
    return f"/desk/publish/documents/{it.reference}"


def filled(desk: Desk, it: PublishedDocument, **told: Any) -> dict[str, Any]:
    return {
        **{"kind": it.kind.value, "title": it.title, "language": it.language},
        **{"printed": it.version, "part_number": it.part_number, "audience": it.audience.value},
        **{"models": desk.phone.name, "version": str(it.revision)},
        **told,
    }


def now(desk: Desk, it: PublishedDocument) -> PublishedDocument:
    desk.session.expire_all()
    return desk.session.get_one(PublishedDocument, it.id)


def changes(desk: Desk, it: PublishedDocument) -> list[dict[str, Any]]:
    mine = DeskEvent.kind == "published_document", DeskEvent.record_id == it.id
    ask = select(DeskEvent.details).where(*mine, DeskEvent.what == What.CHANGED)
    return list(desk.session.scalars(ask.order_by(DeskEvent.id)))


def test_the_facts_of_what_is_out_are_changed_at_once(
    desk: Desk, it: PublishedDocument, kari: Any
) -> None:
    page = desk.petra_browses.get(f"{path_of(it)}/facts").text
    assert 'value="CCX brukerveiledning"' in page
    assert "customers see what you save at once" in page
    told = filled(desk, it, title="CCX hurtigstart", kind="quick_start", printed="1.3")
    told |= {"audience": "signed_in", "language": "en", "models": ""}
    answer = desk.petra_browses.post(f"{path_of(it)}/facts", data=told)
    assert answer.location == path_of(it), answer.text
    found = now(desk, it)
    assert (found.title, found.kind, found.version) == (
        "CCX hurtigstart",
        DocumentKind.QUICK_START,
        "1.3",
    )
    assert (found.language, found.audience, found.models) == ("en", Audience.SIGNED_IN, [])
    assert found.published_at
    assert changes(desk, it)[0]["title"] == ["CCX brukerveiledning", "CCX hurtigstart"]
    page = desk.petra_browses.get(path_of(it)).text
    assert "CCX brukerveiledning" in page  # in its history
    assert "CCX hurtigstart" in kari.get("/downloads?q=hurtigstart").text


def test_another_file_takes_the_place_of_the_first_and_history_knows_both(
    desk: Desk, it: PublishedDocument, kari: Any
) -> None:
    first = it.file
    assert first
    token = desk.send(PDF, "guide.pdf").json["token"]
    file = f"/downloads/documents/{it.reference}/file"
    before = kari.get(file).data
    stale = filled(desk, it)
    for _twice in range(2):
        sent = filled(desk, now(desk, it), files=token)
        answer = desk.petra_browses.post(f"{path_of(it)}/facts", data=sent)
    assert answer.status_code == 422  # the file is the document's by now
    assert kari.get(file).data == PDF != before
    (change,) = changes(desk, it)
    assert first.sha256[:12] in change["file"][0]
    assert "guide.pdf" in change["file"][1]
    assert desk.session.get(PublishedFile, first.id)
    assert "guide.pdf" in desk.petra_browses.get(path_of(it)).text
    assert desk.petra_browses.post(f"{path_of(it)}/facts", data=stale).status_code == 422


def test_a_late_save_is_shown_both_and_loses_nothing(desk: Desk, it: PublishedDocument) -> None:
    token = desk.send(PDF, "guide.pdf").json["token"]
    late = filled(desk, it, title="Min tittel", kind="data_sheet", files=token)
    first = filled(desk, it, title="Din tittel", kind="quick_start")
    assert desk.per_browses.post(f"{path_of(it)}/facts", data=first).status_code == 303
    answer = desk.petra_browses.post(f"{path_of(it)}/facts", data=late)
    assert answer.status_code == 422
    assert OLDER in answer.text
    for text in ('value="Min tittel"', "Din tittel", "Quick start", f'value="{token}"'):
        assert text in answer.text, text
    found = now(desk, it)
    assert (found.title, found.kind) == ("Din tittel", DocumentKind.QUICK_START)
    again = late | {"version": str(found.revision)}
    assert desk.petra_browses.post(f"{path_of(it)}/facts", data=again).status_code == 303
    found = now(desk, it)
    assert found.file
    assert (found.title, found.file.name) == ("Min tittel", "guide.pdf")


def test_what_is_said_again_changes_nothing(desk: Desk, it: PublishedDocument) -> None:
    answer = desk.petra_browses.post(
        f"{path_of(it)}/facts", data=filled(desk, it), follow_redirects=True
    )
    assert "Nothing was changed." in answer.text
    assert changes(desk, it) == []


@pytest.mark.parametrize(
    "told",
    [
        {"title": ""},
        {"title": "x" * 161},
        {"language": "xx"},
        {"kind": "none"},
        {"audience": ""},
        {"printed": "x" * 41},
        {"models": "Finnes ikke"},
        {"issued_on": "31.02.2026"},
        {"files": "x" * 32},
        {"version": ""},
        {"version": "99"},
    ],
)
def test_what_makes_no_sense_changes_nothing(
    desk: Desk, it: PublishedDocument, told: dict[str, str]
) -> None:
    answer = desk.petra_browses.post(
        f"{path_of(it)}/facts", data=filled(desk, it, part_number="123-1") | told
    )
    assert answer.status_code == 422
    assert 'value="123-1"' in answer.text
    assert changes(desk, it) == []
    assert now(desk, it).part_number == it.part_number


@pytest.mark.parametrize("published", [True, False])
def test_a_file_that_is_being_checked_is_shown_to_nobody(
    desk: Desk, it: PublishedDocument, *, published: bool
) -> None:
    if not published:
        desk.petra_browses.post(f"{path_of(it)}/withdrawal")
    token = desk.send(PDF, "guide.pdf").json["token"]
    newest = select(PublishedFile).order_by(PublishedFile.id.desc()).limit(1)
    desk.session.scalars(newest).one().held = Hold.WAITING
    desk.session.commit()
    told = filled(desk, now(desk, it), files=token)
    answer = desk.petra_browses.post(f"{path_of(it)}/facts", data=told)
    assert answer.status_code == (422 if published else 303)
    if not published:
        answer = desk.petra_browses.post(f"{path_of(it)}/publication")
        assert now(desk, it).published_at is None
    assert "The file is still being checked for viruses." in answer.text


def test_a_draft_that_is_refused_keeps_its_file(desk: Desk) -> None:
    token = desk.send(PDF, "guide.pdf").json["token"]
    told = {"token": "once", "kind": "user_guide", "language": "nb", "audience": "public"}
    told |= {"title": "x" * 161, "files": token}
    answer = desk.petra_browses.post("/desk/publish/documents", data=told)
    assert answer.status_code == 422
    assert f'value="{token}"' in answer.text
    answer = desk.petra_browses.post("/desk/publish/documents", data=told | {"title": "Bruk"})
    assert answer.status_code == 303, answer.text
