"""What goes wrong in the two forms that customers write in: a new request, and an answer.

Whatever it is, a sentence tells it, and what was typed is not lost.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.hashing import hash_password
from portal.accounts.models import SignIn
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.tenancy import ScopedSession
from portal.service_requests.actions import reply
from portal.service_requests.models import (
    ServiceRequest,
    ServiceRequestFile,
    ServiceRequestMessage,
)
from portal.uploads.scanner import scanner_at
from tests.request_pages.conftest import address
from tests.service_requests.world import World
from tests.uploads import clamd, contents
from tests.uploads.clamd import Clamd

TEXT = "Skjermen er svart, men lyden virker."
PASSWORD = "en lang setning som ingen gjetter"
NEW = "/service-requests/new"
_number = count(1)


@dataclass
class Form:
    """One of the two, filled in."""

    page: str
    path: str
    purpose: str
    told: dict[str, Any] = field(default_factory=dict)

    def send(self, client: FlaskClient, *files: tuple[str, bytes], **other: Any) -> TestResponse:
        sent = [(BytesIO(content), name) for name, content in files]
        token = f"form-{next(_number):020}"
        return client.post(self.path, data={"token": token, "files": sent, **self.told, **other})


@pytest.fixture(params=["opening", "reply"])
def form(request: pytest.FixtureRequest, world: World) -> Form:
    if request.param == "reply":
        asked = address(world.request(text="Hei."))
        return Form(asked, f"{asked}/replies", "reply", {"text": TEXT})
    said = {"about": "device", "severity": "low", "subject": "Svart skjerm", "text": TEXT}
    return Form(NEW, NEW, "new_request", said | {"contact_name": "Ola Hansen"})


def written(session: Session) -> list[str]:
    session.rollback()
    said = select(ServiceRequestMessage.text).order_by(ServiceRequestMessage.id)
    return [text for text in session.scalars(said) if text != "Hei."]


def stored(session: Session) -> list[StoredFile]:
    session.rollback()
    return list(session.scalars(select(StoredFile).order_by(StoredFile.id)))


def refused(answer: TestResponse, sentence: str) -> None:
    """A sentence above and at the field, and everything that was typed is there yet."""
    assert answer.status_code == 422
    summary = answer.text.partition('id="error-summary"')[2].partition("</ul>")[0]
    assert sentence in unescape(summary)
    assert TEXT in answer.text


def test_a_file_of_5_gb_is_refused_before_a_byte_of_it_is_sent(
    ola: FlaskClient, session: Session, form: Form
) -> None:
    told = {"purpose": form.purpose, "name": "opptak.pcap", "size": 5_000_000_000}
    answer = ola.post("/uploads", data=told, headers={"Accept": "application/json"})

    assert answer.status_code == 422
    sentence = "“opptak.pcap” is 5\u00a0GB. It can be at most 2\u00a0GB."
    assert answer.get_json()["says"] == sentence
    assert stored(session) == []


def test_without_scripts_a_file_of_5_gb_is_not_read(
    ola: FlaskClient, session: Session, form: Form
) -> None:
    class Endless(BytesIO):
        def read(self, *_told: object) -> bytes:
            raise AssertionError("It is read.")

    answer = ola.post(
        form.path,
        input_stream=Endless(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "5000000000"},
    )

    assert answer.status_code == 413
    assert "What you sent is too large" in answer.text
    assert written(session) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("tom.log", b"", "“tom.log” is empty."),
        (
            "logger.zip",
            contents.bomb(),
            "“logger.zip” would become far too large when it is unpacked",
        ),
        ("logger.zip", contents.overlapping(), "“logger.zip”"),
        ("side.html", b"<script>alert(1)</script>", "“side.html” is a program, a script or a web"),
        ("logo.svg", b"<svg onload='alert(1)'/>", "“logo.svg” is a program, a script or a web"),
        ("bilde.png", b"<svg onload='alert(1)'/>", "“bilde.png”"),
        ("x" * 300 + ".exe", b"MZ", "x" * 251 + ".exe” is a program"),
        ("שלום.exe", b"MZ", "“\N{FIRST STRONG ISOLATE}שלום.exe\N{POP DIRECTIONAL ISOLATE}” is a"),
    ],
    ids=["empty", "bomb", "overlapping", "html", "svg", "svg as png", "300 signs", "right to left"],
)
def test_what_nobody_should_open_is_refused_by_a_sentence(  # noqa: PLR0917
    ola: FlaskClient, session: Session, form: Form, name: str, content: bytes, sentence: str
) -> None:
    refused(form.send(ola, (name, content)), sentence)

    assert written(session) == []
    assert stored(session) == []


def links(page: str) -> list[tuple[str, str]]:
    """Where each file of a page leads, and how its link says it is to be read."""
    found = page.split('<a class="ds-link" href="')[1:]
    tags = [each.partition(">")[0] for each in found]
    return [(tag.partition('"')[0], tag) for tag in tags if "/files/" in tag]


def is_locked_in(answer: TestResponse, name: str) -> None:
    """Saved and not opened; and if it is opened after all, it can do nothing."""
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_within_a_log_is_kept_and_never_shown(
    ola: FlaskClient, session: Session, form: Form
) -> None:
    content = b"12:00 <html><script>alert(1)</script><svg onload='alert(1)'/></html>\n"
    assert form.send(ola, ("svar.log", content)).status_code == 303
    (line,) = session.scalars(select(ServiceRequestFile))
    ((href, _tag),) = links(ola.get(address(line.request_id)).text)

    answer = ola.get(href)

    assert (answer.mimetype, answer.data) == ("text/plain", content)
    is_locked_in(answer, "svar.log")


@pytest.mark.parametrize(
    ("name", "media_type"), [("side.html", "text/html"), ("logo.svg", "image/svg+xml")]
)
def test_pages_and_drawings_that_came_another_way_are_never_shown_either(
    ola: FlaskClient, world: World, files: FileStore, name: str, media_type: str
) -> None:
    asked, content = world.request(), b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"
    files.put("the-key-of-this-file", [content])

    def attach(at_work: ScopedSession, request: ServiceRequest, **told: Any) -> None:
        file = StoredFile(account_id=request.account_id, key="the-key-of-this-file", name=name)
        file.media_type, file.size, file.sha256 = media_type, len(content), "0" * 64
        file.created_at = told["now"]
        at_work.add(file)
        at_work.flush()
        reply(at_work, request, "Se filen.", files=[file], **told)

    world.do(asked, attach, by=world.anna)
    page = ola.get(address(asked)).text
    ((href, _tag),) = links(page)

    assert f'src="{href}' not in page
    is_locked_in(FlaskClient.open(ola, href), name)  # what it holds is no page of ours


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("x" * 300 + ".log", "x" * 251 + ".log"),
        ("שלום עולם.log", "שלום עולם.log"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}gpj.log", "agpj.log"),
    ],
    ids=["300 signs", "right to left", "turned round"],
)
def test_a_name_is_shown_apart_and_turns_nothing_round(
    ola: FlaskClient, session: Session, form: Form, name: str, kept: str
) -> None:
    assert form.send(ola, (name, b"linje 1\n")).status_code == 303
    (line,) = session.scalars(select(ServiceRequestFile))
    assert line.file.name == kept

    ((href, tag),) = links(ola.get(address(line.request_id)).text)

    assert tag.endswith('dir="auto"')
    assert kept in unescape(ola.get(address(line.request_id)).text)
    assert ola.get(href).status_code == 200


@pytest.fixture
def scanning(app: Flask) -> Iterator[Clamd]:
    with clamd.running() as found:
        app.extensions["scanner"] = scanner_at(found.url)
        yield found


def test_a_virus_is_refused_by_its_name(
    ola: FlaskClient, session: Session, form: Form, scanning: Clamd
) -> None:
    answer = form.send(ola, ("logg.txt", contents.EICAR))

    refused(answer, "There is a virus in “logg.txt” (Eicar-Test-Signature)")
    assert scanning.asked == [contents.EICAR]
    assert (written(session), stored(session)) == ([], [])
    assert form.send(ola, ("logg.txt", b"linje 1\n")).status_code == 303


def test_what_is_sent_after_the_sign_in_ended_is_there_after_the_next(
    ola: FlaskClient, app: Flask, session: Session, world: World, form: Form
) -> None:
    session.add(world.ola)
    world.ola.password_hash = hash_password(PASSWORD)
    for each in session.scalars(select(SignIn)):
        each.ends_at = clock.now()
    session.commit()

    lost = _sent_late(ola, form)
    assert lost.location.startswith("/sign-in")
    assert written(session) == []
    email = world.ola.email
    session.rollback()
    back = ola.post(lost.location, data={"email": email, "password": PASSWORD})

    assert back.location.endswith(form.page)
    page = ola.get(back.location).text
    assert TEXT in page
    assert form.send(ola).status_code == 303
    assert written(session) == [TEXT]


def _sent_late(client: FlaskClient, form: Form) -> TestResponse:
    told = {"token": f"form-{next(_number):020}", **form.told}
    return client.post(form.path, data=told, headers={"Referer": f"http://localhost{form.page}"})


def at_once(number: int, deed: Callable[[int], TestResponse]) -> list[TestResponse]:
    together = Barrier(number)

    def do(each: int) -> TestResponse:
        together.wait()
        return deed(each)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(do, range(number)))


def test_a_form_that_is_sent_twice_at_once_is_done_once(
    app: Flask, ola: FlaskClient, session: Session, form: Form
) -> None:
    cookie = ola.get_cookie("session")
    assert cookie
    browsers = [app.test_client() for _ in range(4)]
    for each in browsers:
        each.set_cookie("session", cookie.value)

    answers = at_once(4, lambda it: form.send(browsers[it], token="the-same-of-all-of-them"))

    assert {(it.status_code, it.location) for it in answers} == {(303, answers[0].location)}
    assert written(session) == [TEXT]


def test_twenty_answers_in_the_same_moment_are_twenty(
    app: Flask, ola: FlaskClient, session: ScopedSession, world: World
) -> None:
    asked = world.request(text="Hei.")
    cookie = ola.get_cookie("session")
    assert cookie
    browsers = [app.test_client() for _ in range(20)]
    for each in browsers:
        each.set_cookie("session", cookie.value)

    def answer(each: int) -> TestResponse:
        told = {"token": f"twenty-at-once-{each:04}", "text": f"Svar {each}"}
        return browsers[each].post(address(asked, "replies"), data=told)

    answers = at_once(20, answer)

    assert [it.status_code for it in answers] == [303] * 20
    assert sorted(written(session)) == sorted(f"Svar {each}" for each in range(20))
    assert session.get_one(ServiceRequest, asked).changed_at is not None
