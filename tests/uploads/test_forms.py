"""The field in a form: with scripts, without, and when the form comes back."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.accounts.actions import open_sign_in
from portal.accounts.models import Account, SignIn, User
from portal.base import clock
from portal.base.access import Role
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.jobs import later
from portal.uploads.models import Upload, UploadState
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import account_of, make_user
from tests.naughty import FIELDS, TEXTS
from tests.uploads.conftest import MIB, Sender
from tests.uploads.contents import bomb

Uploads = Callable[[], list[Upload]]


def form(*tokens: str, text: str = "Hei", token: str = "t" * 20, **more: Any) -> dict[str, Any]:
    return {"text": text, "token": token, "files": list(tokens), **more}


def with_files(*files: tuple[str, bytes], text: str = "Hei") -> dict[str, Any]:
    return form(text=text) | {"files": [(BytesIO(content), name) for name, content in files]}


def words(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def files_of(session: Session) -> list[str]:
    session.rollback()
    return [it.name for it in session.scalars(select(StoredFile).order_by(StoredFile.id))]


def test_what_was_sent_is_attached_in_its_order(
    sender: Sender, session: Session, uploads: Uploads
) -> None:
    tokens = [sender.send(name, b"hei")["token"] for name in ("a.txt", "b.txt", "c.txt")]

    answer = sender.browser.post("/messages", data=form(tokens[2], tokens[0]))

    assert answer.status_code == 303
    assert [(it.name, it.state.value, it.file_id is None) for it in uploads()] == [
        ("a.txt", "attached", True),
        ("b.txt", "ready", False),
        ("c.txt", "attached", True),
    ]
    assert "a.txt" in sender.browser.get("/messages").text
    for token in (tokens[2], tokens[0]):  # it is the message's now
        assert sender.browser.get(f"/uploads/{token}").status_code == 404
        assert sender.browser.delete(f"/uploads/{token}").status_code == 404


def test_what_is_attached_stays_though_its_upload_is_swept(  # noqa: PLR0917
    sender: Sender, session: Session, travel: Any, run_jobs: Any, ola: User, sign_in: SignInAs
) -> None:
    token = sender.send("a.txt", b"hei")["token"]
    sender.browser.post("/messages", data=form(token))
    travel(timedelta(hours=26))
    for name in ("retention.apply", "files.sweep"):
        later(session, name)
    session.commit()
    run_jobs(clock.now())

    assert session.scalars(select(Upload)).all() == []
    (file_id,) = session.scalars(select(StoredFile.id))
    assert sign_in(ola).get(f"/messages/{file_id}").data == b"hei"


def test_a_form_that_is_sent_twice_attaches_once(sender: Sender, session: Session) -> None:
    sent = form(sender.send("a.txt", b"hei")["token"])
    for _ in range(2):
        assert sender.browser.post("/messages", data=sent).status_code == 303
    assert files_of(session) == ["a.txt"]


def test_a_file_is_attached_to_one_thing(sender: Sender) -> None:
    token = sender.send("a.txt", b"hei")["token"]
    assert sender.browser.post("/messages", data=form(token)).status_code == 303

    again = sender.browser.post("/messages", data=form(token, token="u" * 20))

    assert again.status_code == 422
    assert "En fil du har sendt, finnes ikke lenger her." in again.text


def test_a_form_that_comes_back_still_has_its_files(sender: Sender) -> None:
    token = sender.send("Møterom.txt", b"hei")["token"]

    answer = sender.browser.post("/messages", data=form(token, text=""))

    assert answer.status_code == 422
    assert f'value="{token}" checked' in answer.text
    assert "Møterom.txt 3 B Sendt" in words(answer.text)
    assert 'aria-label="Slett Møterom.txt"' in answer.text
    assert sender.browser.post("/messages", data=form(token)).status_code == 303


def test_without_scripts_files_come_with_the_form(
    sender: Sender, session: Session, files: FileStore
) -> None:
    sent = with_files(("a.log", b"hei"), ("Møterom.zip", b"PK\5\6" + b"\0" * 18))

    assert sender.browser.post("/messages", data=sent).status_code == 303

    found = session.scalars(select(StoredFile).order_by(StoredFile.id)).all()
    assert [(it.name, it.media_type) for it in found] == [
        ("a.log", "text/plain"),
        ("Møterom.zip", "application/zip"),
    ]
    assert b"".join(files.read(found[0].key)) == b"hei"


def test_without_scripts_nothing_is_lost_when_the_form_comes_back(
    sender: Sender, session: Session
) -> None:
    sent = with_files(
        ("a.log", b"hei"), ("b.exe", b"MZ"), ("c.zip", bomb()), ("d.txt", b""), text=""
    )

    answer = sender.browser.post("/messages", data=sent)

    assert answer.status_code == 422
    told = words(answer.text)
    for sentence in ("«b.exe» er et program", "«c.zip» blir altfor stor", "«d.txt» er tom."):
        assert sentence in told
    tokens = re.findall(r'name="files" value="([\w-]+)" checked', answer.text)
    assert len(tokens) == 1
    assert files_of(session) == ["a.log"]
    # What was refused is not sent again: the tick of the other goes along.
    assert sender.browser.post("/messages", data=form(*tokens)).status_code == 303
    assert files_of(session) == ["a.log"]


def test_what_is_wrong_is_said_beside_the_field_and_above(sender: Sender) -> None:
    answer = sender.browser.post("/messages", data=with_files(("b.exe", b"MZ")))

    assert answer.status_code == 422
    assert answer.text.count("«b.exe» er et program") == 2
    assert 'href="#files"' in answer.text
    assert 'aria-describedby="files-hint files-error"' in answer.text


def test_without_scripts_files_are_smaller(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    monkeypatch.setattr("portal.uploads.receiving.MOST_AT_ONCE", 1_000)
    answer = sender.browser.post("/messages", data=with_files(("a.log", b"x" * 1_001)))
    assert answer.status_code == 422
    assert "Uten JavaScript kan den være på maks 1" in answer.text
    assert files_of(session) == []


def test_files_that_come_with_forms_are_counted_too(
    sender: Sender, travel: Callable[[timedelta], None]
) -> None:
    travel(timedelta())
    for _ in range(59):
        sender.begin()
    sent = [sender.browser.post("/messages", data=with_files(("a.txt", b"x"))) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [303, 429]


def test_a_form_that_is_far_too_large_is_not_read(sender: Sender) -> None:
    answer = sender.browser.post(
        "/messages",
        input_stream=BytesIO(b"x"),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "300000000"},
    )
    assert answer.status_code == 413


def test_no_more_files_than_a_message_takes(sender: Sender, uploads: Uploads) -> None:
    sent = with_files(*((f"{number}.txt", b"x") for number in range(27)))
    answer = sender.browser.post("/messages", data=sent)
    assert answer.status_code == 422
    assert "Send maks 25 filer om gangen." in answer.text
    tokens = [it.token for it in uploads()]
    assert len(tokens) == 25
    more = sender.send("mer.txt", b"x")["token"]
    again = sender.browser.post("/messages", data=form(*tokens, more))
    assert again.status_code == 422
    assert "Send maks 25 filer om gangen." in again.text
    assert sender.browser.post("/messages", data=form(*tokens)).status_code == 303


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (UploadState.SENDING, "er bare delvis sendt. Velg filen på nytt, eller slett den."),
        (UploadState.CHECKING, "kontrolleres fremdeles."),
    ],
)
def test_what_is_not_there_yet_is_named(
    sender: Sender, session: Session, state: UploadState, says: str
) -> None:
    path = sender.begin("a.log", 2 * MIB).headers["Location"]
    for at in range(2 if state is UploadState.CHECKING else 1):
        told = sender.add(path, at * MIB, b"x" * MIB).get_json()

    answer = sender.browser.post("/messages", data=form(told["token"]))

    assert answer.status_code == 422
    assert f"«a.log» {says}" in words(answer.text)
    assert f'data-path="{path}"' in answer.text


def test_files_of_another_purpose_person_or_account_are_not_attached(
    sender: Sender, ola: User, session: Session, sign_in: SignInAs
) -> None:
    mine = sender.send("a.txt", b"hei")["token"]
    sender.purpose = "picture"
    picture = sender.send("a.png", b"\x89PNG\r\n\x1a\n")["token"]
    boss = make_user(session, account=account_of(ola), role=Role.ADMINISTRATOR)
    for browser, token in (
        (sender.browser, picture),
        (sign_in(boss), mine),
        (sign_in(make_user(session)), mine),
    ):
        answer = browser.post("/messages", data=form(token))
        assert answer.status_code == 422
        assert "a.png" not in answer.text
        assert "a.txt" not in answer.text


@pytest.mark.parametrize("text", [*TEXTS, *FIELDS, "[]", "null", "1", "../..", "a" * 17])
def test_tokens_that_are_none_are_answered_in_words(sender: Sender, text: str) -> None:
    sent = form(token="t" * 20) | {"files": [text.encode("utf-8", "replace").decode()]}
    assert sender.browser.post("/messages", data=sent).status_code in {303, 422}


def test_names_that_mean_something_to_a_page_are_shown_as_they_are(sender: Sender) -> None:
    name = "<img src=x onerror=alert(1)>\"'&%(x)s.txt"
    token = sender.send(name, b"hei")["token"]
    answer = sender.browser.post("/messages", data=form(token, text=""))
    assert "<img src=x" not in answer.text
    assert name in unescape(answer.text)


def test_what_was_sent_before_the_sign_in_ended_is_there_afterwards(
    app: Flask, sender: Sender, ola: User, session: Session
) -> None:
    token = sender.send("a.txt", b"hei")["token"]
    half = sender.begin("b.log", 2 * MIB).get_json()["token"]
    with sender.browser.session_transaction() as cookie:
        held = cookie["sign_in"]
    for row in session.scalars(select(SignIn)):
        row.ends_at = clock.now()
    session.commit()
    lost = sender.browser.post(
        "/messages", data=form(token, half), headers={"Referer": "http://localhost/messages"}
    )
    assert lost.location.startswith("/sign-in")
    assert held

    kept = session.scalars(select(SignIn)).one()
    session.refresh(kept)
    assert kept.kept is not None
    assert kept.kept["files"] == [token, half]
    new = open_sign_in(session, ola, now=clock.now())
    session.flush()
    newest = session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
    assert newest
    newest.kept, newest.kept_for = kept.kept, kept.kept_for
    session.commit()
    with sender.browser.session_transaction() as cookie:
        cookie["sign_in"] = new
    page = sender.browser.get("/messages").text
    assert "a.txt 3 B Sendt" in words(page)
    assert "Bare en del er sendt. Velg filen på nytt for å fortsette." in words(page)


def test_a_closed_account_is_sent_nothing(
    sender: Sender, ola: User, session: Session, sign_in: SignInAs
) -> None:
    account = session.get_one(Account, account_of(ola).id)
    anna = Sender(sign_in(make_user(session, role=Role.AGENT)))
    anna.at = f"/desk/uploads/{account.master_account_id}"
    account.closed_at = clock.now()
    session.commit()
    assert sender.begin().status_code in {401, 423, 303, 403}
    assert anna.begin().status_code in {303, 403, 423}
    answer = anna.browser.post(
        f"/desk/messages/{account.master_account_id}", data=with_files(("a.txt", b"hei"))
    )
    assert answer.status_code == 423
    assert files_of(session) == []


def test_the_files_of_a_form_cost_one_statement(sender: Sender, engine: Engine) -> None:
    tokens = [sender.send(f"{number}.txt", b"hei")["token"] for number in range(5)]
    taken = []
    for some in ([], tokens[:1], tokens):
        with counted(engine) as sent:
            sender.browser.post("/messages", data=form(*some, text=""))
        taken.append(len(sent))
    assert taken[1] == taken[2] <= taken[0] + 2, taken


def test_the_field_speaks_both_languages(session: Session, sign_in: SignInAs) -> None:
    for language, said in (("nb", "Velg filer"), ("en", "Choose files")):
        browser = sign_in(make_user(session, language=language))
        assert said in browser.get("/messages").text


def test_the_script_says_nothing_by_itself() -> None:
    """Every word it says is handed to it, in the reader's language."""
    script = (Path(__file__).parents[2] / "static/uploads.js").read_text("utf-8")
    for word in re.findall(r"words(?:Of\(row\))?\.(\w+)", script):
        assert word in (Path(__file__).parents[2] / "portal/uploads/forms.py").read_text("utf-8"), (
            word
        )


def test_the_field_says_beforehand_what_it_takes(sender: Sender) -> None:
    html = sender.browser.get("/messages").text

    told = words(html).replace("\u00a0", " ")
    assert "Vi tar imot bilder, video, PDF, logger" in told
    assert "Hver fil kan være på maks 2 GB. Hver fil kan være på maks 50 MB." in told
    assert '<span class="without-script">' in html  # each stands where it is true
