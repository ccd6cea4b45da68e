import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from portal.base.access import Role
from portal.base.tenancy import ScopedSession
from portal.request_pages import papers
from portal.service_requests.actions import reply
from portal.service_requests.handling import assign
from portal.web.pdf import breakable, make_pdf
from tests.conftest import SignInAs
from tests.factories import make_user
from tests.request_pages.conftest import address
from tests.service_requests.world import World

HOSTILE = '#panic("x") #read("/etc/passwd") *b* $x$ \\u{41} `code` <label> @ref\n= Heading'


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the template of each paper is handed."""
    seen: list[dict[str, Any]] = []

    def note(template: str, data: dict[str, Any], *, now: datetime) -> bytes:
        seen.append(data)
        return make_pdf(template, data, now=now)

    monkeypatch.setattr(papers, "make_pdf", note)
    return seen


def test_the_whole_request_comes_as_a_tagged_pdf_to_be_saved(
    ola: FlaskClient, world: World, handed: list[dict[str, Any]]
) -> None:
    asked = world.request(text="Første linje\nandre linje")
    world.later(minutes=5)
    world.do(asked, assign, world.anna.id, by=world.erik)
    world.do(asked, reply, "Vi ser på det.", by=world.anna)

    answer = ola.get(address(asked, "request.pdf"))

    assert answer.status_code == 200
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in answer.data
    texts = [line["text"] for line in handed[0]["story"] if line["message"]]
    assert texts == ["Første linje\nandre linje", "Vi ser på det."]  # the oldest first
    assert handed[0]["lang"] == "en"


def test_no_note_is_on_paper_whoever_asks(
    sign_in: SignInAs, world: World, handed: list[dict[str, Any]]
) -> None:
    asked = world.request()
    world.do(asked, reply, "Kunden er vrang.", by=world.anna, internal=True)

    staff = sign_in(world.anna, acting_for=world.account)

    assert "Kunden er vrang." in staff.get(address(asked)).text
    assert staff.get(address(asked, "request.pdf")).status_code == 200
    assert "vrang" not in json.dumps(handed[0])


def test_what_people_write_is_text_and_never_code(
    ola: FlaskClient, world: World, handed: list[dict[str, Any]]
) -> None:
    asked = world.request(subject=HOSTILE[:90], text=HOSTILE, own_reference='"] #panic()')

    assert ola.get(address(asked, "request.pdf")).status_code == 200
    assert handed[0]["story"][0]["text"] == HOSTILE


@pytest.mark.parametrize("text", ["", "\u202e\u0000", "Å" * 5_000, "😀 תיקון 漢字", "\\" * 50])
def test_any_text_can_be_put_on_paper(text: str, handed: list[dict[str, Any]]) -> None:
    line = {"message": True, "who": text, "meta": text, "title": text, "text": text}
    data = {
        "lang": "nb", "author": "Poly", "title": text, "subject": breakable(text), "customer": text,
        "reference": text, "sentence": text, "printed": text, "facts": [[text, text]],
        "story": [line | {"files": [text]}], "words": {"facts": "", "story": "", "file": ""},
    }  # fmt: skip

    made = make_pdf("request_pages/request.typ", data, now=datetime.now(UTC))

    assert made.startswith(b"%PDF-")


def test_strangers_get_no_paper(session: ScopedSession, sign_in: SignInAs, world: World) -> None:
    asked = world.request()
    stranger = sign_in(make_user(session, role=Role.ADMINISTRATOR))

    assert stranger.get(address(asked, "request.pdf")).status_code == 404
