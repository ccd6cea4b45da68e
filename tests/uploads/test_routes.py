"""Files sent part by part, as the script does it, and as nobody should."""

import io
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Role, Visibility
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.jobs import Job, later
from portal.base.tenancy import ScopedSession
from portal.uploads import rules
from portal.uploads.actions import keep_part
from portal.uploads.examining import examine
from portal.uploads.models import Upload, UploadPart, UploadState
from tests.conftest import SignInAs
from tests.counting import counted
from tests.factories import account_of, make_grant, make_partner, make_user
from tests.uploads import contents
from tests.uploads.conftest import MIB, Sender

Uploads = Callable[[], list[Upload]]
RunJobs = Callable[..., int]
Travel = Callable[[timedelta], None]


def blobs(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "files" / "files").rglob("*") if path.is_file())


def kept(session: Session, files: FileStore) -> list[tuple[str, bytes]]:
    session.rollback()
    found = session.scalars(select(StoredFile).order_by(StoredFile.id))
    return [(it.name, b"".join(files.read(it.key))) for it in found]


def test_a_small_file_is_there_and_checked_at_once(
    sender: Sender, session: Session, files: FileStore
) -> None:
    told = sender.send("Møterom.txt", b"hei")

    assert (told["state"], told["offset"], told["says"]) == ("ready", 3, "Sendt")
    assert kept(session, files) == [("Møterom.txt", b"hei")]
    (file,) = session.scalars(select(StoredFile))
    assert (file.media_type, file.held) == ("text/plain", None)


def test_a_large_file_is_put_together_from_its_parts(
    sender: Sender, session: Session, files: FileStore, run_jobs: RunJobs, tmp_path: Path
) -> None:
    content = b"\x89PNG\r\n\x1a\n" + os.urandom(5 * MIB)
    told = sender.send("bilde.png", content, 2 * MIB)
    assert told["state"] == "checking"

    run_jobs()

    assert sender.tell(told["path"])["state"] == "ready"
    assert kept(session, files) == [("bilde.png", content)]
    assert session.scalars(select(UploadPart)).all() == []
    assert len(blobs(tmp_path)) == 1


def test_it_is_said_where_it_goes_on(sender: Sender) -> None:
    begun = sender.begin("a.log", 3 * MIB)
    path = begun.headers["Location"]
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "0")
    sender.add(path, 0, b"x" * MIB)

    answer = sender.browser.head(path)

    assert answer.status_code == 200
    assert answer.headers["Upload-Offset"] == str(MIB)
    assert answer.headers["Upload-Length"] == str(3 * MIB)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_part_that_comes_twice_is_kept_once(sender: Sender, uploads: Uploads) -> None:
    """The answer was lost on its way: whoever sends again is told how far it is."""
    path = sender.begin("a.log", 3 * MIB).headers["Location"]
    assert sender.add(path, 0, b"x" * MIB).status_code == 200

    again = sender.add(path, 0, b"y" * MIB)

    assert (again.status_code, again.headers["Upload-Offset"]) == (409, str(MIB))
    assert [it.received for it in uploads()] == [MIB]


def test_of_two_who_add_at_once_one_is_refused(
    sender: Sender, uploads: Uploads, session_of: Callable[[int], ScopedSession], files: FileStore
) -> None:
    """Both found it at its beginning; the second is as late as one can be."""
    sender.begin("a.log", 3 * MIB)
    (found,) = uploads()
    kept = []
    for content in (b"x" * MIB, b"y" * MIB):
        own = session_of(found.account_id)
        told = {"start": 0, "chunks": [content], "now": clock.now()}
        kept.append(keep_part(own, files, found, **told))  # type: ignore[arg-type]
        if kept[-1]:
            own.commit()
        own.close()
    assert kept == [True, False]
    assert [it.received for it in uploads()] == [MIB]


def test_a_file_that_is_whole_takes_no_more(sender: Sender, session: Session) -> None:
    told = sender.send("a.txt", b"hei")
    for start in (0, 3):
        assert sender.add(told["path"], start, b"hei").status_code == 409
    assert len(session.scalars(select(StoredFile)).all()) == 1


@pytest.mark.parametrize(
    ("start", "content", "headers", "status"),
    [
        ("0", b"", {}, 411),
        ("0", b"x" * (rules.SMALLEST_PART - 1), {}, 400),
        ("0", b"x" * (3 * MIB + 1), {}, 400),
        ("1", b"x" * MIB, {}, 409),
        ("-1", b"x" * MIB, {}, 409),
        ("", b"x" * MIB, {}, 409),
        ("0, 0", b"x" * MIB, {}, 409),
        ("9" * 400, b"x" * MIB, {}, 409),
        ("٠", b"x" * MIB, {}, 409),
        ("0", b"x" * MIB, {"Content-Type": "text/plain"}, 415),
    ],
)  # fmt: skip
def test_what_is_no_part_is_refused(  # noqa: PLR0917
    sender: Sender, uploads: Uploads, tmp_path: Path, start: str, content: bytes,
    headers: dict[str, str], status: int,
) -> None:  # fmt: skip
    path = sender.begin("a.log", 3 * MIB).headers["Location"]
    told = {"Upload-Offset": start.encode().decode("latin-1"), **sender.headers, **headers}
    kind = headers.get("Content-Type", "application/offset+octet-stream")

    answer = sender.browser.patch(path, data=content, headers=told, content_type=kind)

    assert answer.status_code == status
    assert [(it.received, it.state) for it in uploads()] == [(0, UploadState.SENDING)]


def test_more_than_a_part_is_not_even_read(sender: Sender, uploads: Uploads) -> None:
    path = sender.begin("a.log", 30 * MIB).headers["Location"]

    class Unread(io.BytesIO):
        def read(self, *_sizes: Any) -> bytes:
            raise AssertionError("It was read.")

    answer = sender.browser.patch(
        path,
        input_stream=Unread(),
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": "0", **sender.headers},
        environ_overrides={"CONTENT_LENGTH": str(9 * MIB)},
    )

    assert answer.status_code == 413
    assert uploads()[0].received == 0


def test_a_part_without_a_length_is_refused(sender: Sender) -> None:
    path = sender.begin("a.log", 3 * MIB).headers["Location"]
    told = {"Upload-Offset": "0", "Transfer-Encoding": "chunked", **sender.headers}

    answer = sender.browser.patch(
        path, input_stream=io.BytesIO(b"x"), content_type="application/offset+octet-stream",
        headers=told, environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip

    assert answer.status_code == 411


def test_nothing_is_kept_of_a_part_that_is_cut_off(
    sender: Sender, uploads: Uploads, tmp_path: Path
) -> None:
    path = sender.begin("a.log", 3 * MIB).headers["Location"]
    sender.add(path, 0, b"x" * MIB)

    answer = sender.browser.patch(
        path,
        input_stream=io.BytesIO(b"y" * 300_000),
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": str(MIB), **sender.headers},
        environ_overrides={"CONTENT_LENGTH": str(MIB)},
    )

    assert answer.status_code == 400
    assert [it.received for it in uploads()] == [MIB]
    assert len(blobs(tmp_path)) == 1


def test_a_file_that_comes_short_is_not_taken_for_whole(
    sender: Sender, session: Session, uploads: Uploads
) -> None:
    """From a server that ends the stream itself, and says nothing of what is missing."""
    path = sender.begin("a.txt", 9).headers["Location"]

    answer = sender.browser.patch(
        path,
        input_stream=io.BytesIO(b"hei"),
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": "0", **sender.headers},
        environ_overrides={"CONTENT_LENGTH": "9", "wsgi.input_terminated": True},
    )

    assert answer.status_code == 400
    assert [it.received for it in uploads()] == [0]
    assert session.scalars(select(StoredFile)).all() == []


@pytest.mark.parametrize("size", [2_000_000_001, 2**63, "9" * 40])
def test_of_a_size_that_says_nothing_in_words_only_the_limit_is_told(
    sender: Sender, uploads: Uploads, size: Any
) -> None:
    answer = sender.begin("opptak.pcap", size)

    assert answer.status_code == 422
    assert answer.get_json()["says"] == (
        "«opptak.pcap» er større enn 2\u00a0GB, som er det meste den kan være på."
    )
    assert uploads() == []


@pytest.mark.parametrize("size", [5_000_000_000, 10**15 - 1])
def test_a_file_that_is_too_large_is_refused_by_its_size_alone(
    sender: Sender, uploads: Uploads, size: int
) -> None:
    answer = sender.begin("opptak.pcap", size)

    assert answer.status_code == 422
    assert answer.get_json()["says"].endswith("Den kan være på maks 2\u00a0GB.")
    assert uploads() == []


@pytest.mark.parametrize(
    "size", ["", "0", "-1", "x", "1e9", "1.5", "9" * 40, "null", "[]", "٣", "\0", ["3", "4"]]
)
def test_a_size_that_is_none_is_answered_in_words(
    sender: Sender, uploads: Uploads, size: Any
) -> None:
    answer = sender.begin("a.txt", size)
    assert answer.status_code == (201 if isinstance(size, list) else 422)
    if not isinstance(size, list) and size not in {"0", "9" * 40}:
        assert answer.get_json()["says"].startswith("Vi fikk ikke vite hvor stor «a.txt» er.")
    assert [it.size for it in uploads()] == ([3] if isinstance(size, list) else [])


def test_a_program_is_refused_by_its_name_alone(sender: Sender, uploads: Uploads) -> None:
    for name in ("a.exe", "a\u202egpj.exe", "x" * 300 + ".html", "", "\0", "a.svg"):
        answer = sender.begin(name)
        assert answer.status_code == 422
        assert answer.get_json()["says"].endswith(".")
    assert uploads() == []


def test_names_are_kept_so_that_they_can_be_shown(sender: Sender, uploads: Uploads) -> None:
    for name in ("x" * 300 + ".txt", "a\u202etxt.txt", "../../etc/Møte\0rom.log", "C:\\a\\b.csv"):
        assert sender.begin(name).status_code == 201
    names = [it.name for it in uploads()]
    assert names == ["x" * 251 + ".txt", "atxt.txt", "Møterom.log", "b.csv"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [each for each in contents.BAD if each[2] != "Vi kan ikke ta imot"],
    ids=[
        f"{name}-{at}"
        for at, (name, _content, words) in enumerate(contents.BAD)
        if words != "Vi kan ikke ta imot"
    ],
)
def test_what_nobody_should_open_is_refused_when_it_is_there(
    sender: Sender, session: Session, name: str, content: bytes, words: str
) -> None:
    begun = sender.begin(name, len(content))
    if begun.status_code == 422:
        assert words in begun.get_json()["says"]
        return
    told = sender.add(begun.headers["Location"], 0, content).get_json()

    assert told["state"] == "refused"
    assert words in told["says"]
    assert session.scalars(select(StoredFile)).all() == []


def test_a_bomb_in_several_parts_is_refused_by_the_job(
    sender: Sender, session: Session, run_jobs: RunJobs, tmp_path: Path
) -> None:
    content = contents.bomb(1_000)
    assert len(content) > 2 * rules.SMALLEST_PART
    told = sender.send("logger.zip", content, rules.SMALLEST_PART)

    run_jobs()

    told = sender.tell(told["path"])
    assert told["state"] == "refused"
    assert told["says"] == "«logger.zip» blir altfor stor når den pakkes ut. Del arkivet i flere."
    session.rollback()
    assert session.scalars(select(StoredFile)).all() == []
    assert blobs(tmp_path) == []


def test_nobody_else_knows_of_a_file_that_was_not_attached(
    sender: Sender, ola: User, session: Session, sign_in: SignInAs, uploads: Uploads
) -> None:
    path = sender.begin("a.log", 3 * MIB).headers["Location"]
    account = account_of(ola)
    partner = make_partner(session)
    make_grant(session, partner, account)
    others = {
        "boss": sign_in(make_user(session, account=account, role=Role.ADMINISTRATOR)),
        "colleague": sign_in(make_user(session, account=account)),
        "stranger": sign_in(make_user(session)),
        "partner": sign_in(
            make_user(session, partner=partner, role=Role.PARTNER), acting_for=account
        ),
        "staff": sign_in(make_user(session, role=Role.AGENT), acting_for=account),
    }
    for name, browser in others.items():
        other = Sender(browser)
        assert (name, other.add(path, 0, b"x" * MIB).status_code) == (name, 404)
        assert (name, browser.get(path).status_code) == (name, 404)
        assert (name, browser.delete(path).status_code) == (name, 404)
    assert [it.received for it in uploads()] == [0]


def test_whoever_may_not_send_the_form_sends_no_files(session: Session, sign_in: SignInAs) -> None:
    mette = Sender(sign_in(make_user(session, role=Role.OBSERVER)))
    assert mette.begin().status_code == 403
    mette.purpose = "style"
    assert mette.begin().status_code == 403


@pytest.mark.parametrize("purpose", ["", "nothing", "\0", "message "])
def test_files_are_sent_for_something_that_is_known(sender: Sender, purpose: str) -> None:
    sender.purpose = purpose
    assert sender.begin().status_code == 422


def test_who_sees_a_part_of_the_account_sends_files_too(
    session: Session, sign_in: SignInAs
) -> None:
    one = Sender(sign_in(make_user(session, sees=Visibility.OWN)))
    assert one.send("a.txt", b"hei")["state"] == "ready"


def test_an_upload_outlives_the_sign_in(
    sender: Sender, ola: User, sign_in: SignInAs, uploads: Uploads
) -> None:
    path = sender.begin("a.log", 2 * MIB).headers["Location"]
    sender.add(path, 0, b"x" * MIB)
    sender.browser.post("/sign-out")
    assert sender.add(path, MIB, b"x" * MIB).status_code == 401
    assert sender.browser.get(path, headers=sender.headers).status_code == 401

    again = Sender(sign_in(ola))

    assert again.tell(path)["offset"] == MIB
    assert again.add(path, MIB, b"x" * MIB).status_code == 200
    assert [it.state for it in uploads()] == [UploadState.CHECKING]


def test_what_is_taken_back_is_gone(
    sender: Sender, session: Session, uploads: Uploads, run_jobs: RunJobs
) -> None:
    half = sender.begin("a.log", 3 * MIB).headers["Location"]
    sender.add(half, 0, b"x" * MIB)
    whole = sender.send("b.txt", b"hei")["path"]
    checking = sender.send("c.log", b"x" * 3 * MIB, MIB)["path"]
    for path in (half, whole, checking):
        assert sender.browser.delete(path).status_code == 204
        assert sender.browser.delete(path).status_code == 404
        assert sender.browser.get(path).status_code == 404

    run_jobs()

    assert uploads() == []
    assert session.scalars(select(StoredFile)).all() == []


def test_what_is_taken_back_while_it_is_put_together_is_gone(
    sender: Sender, session: Session, uploads: Uploads, run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = sender.send("c.log", b"x" * 3 * MIB, MIB)["path"]

    def taken_back(*args: Any, **told: Any) -> str:
        assert sender.browser.delete(path).status_code == 204
        return examine(*args, **told)

    monkeypatch.setattr("portal.uploads.jobs.examine", taken_back)
    run_jobs()

    assert uploads() == []
    assert session.scalars(select(StoredFile)).all() == []
    assert session.scalars(select(Job).where(Job.name == "uploads.finish")).all() == []


def test_what_nobody_attached_is_swept_up_after_a_day(  # noqa: PLR0917
    sender: Sender, ola: User, sign_in: SignInAs, session: Session, uploads: Uploads,
    run_jobs: RunJobs, travel: Travel,
) -> None:  # fmt: skip
    half = sender.begin("a.log", 3 * MIB).headers["Location"]
    sender.add(half, 0, b"x" * MIB)
    sender.send("b.txt", b"hei")
    travel(timedelta(hours=22))
    run_jobs(clock.now())
    assert len(uploads()) == 2
    Sender(sign_in(ola)).add(half, MIB, b"x" * MIB)  # whoever goes on has another day
    travel(timedelta(hours=2))
    _have_swept(session)
    run_jobs(clock.now())

    assert [it.name for it in uploads()] == ["a.log"]
    assert {it.name for it in session.scalars(select(StoredFile))} == {"a.log"}


def _have_swept(session: Session) -> None:
    later(session, "retention.apply")
    session.commit()


def test_a_person_and_an_account_send_so_much_in_a_day(  # noqa: PLR0917
    sender: Sender, ola: User, session: Session, sign_in: SignInAs,
    monkeypatch: pytest.MonkeyPatch, travel: Travel,
) -> None:  # fmt: skip
    monkeypatch.setattr("portal.uploads.actions.MOST_A_DAY", 1_000)
    monkeypatch.setattr("portal.uploads.actions.MOST_A_DAY_TOGETHER", 1_500)
    assert sender.begin("a.log", 600).status_code == 201
    assert sender.begin("b.log", 401).get_json()["says"].startswith("Det er sendt så mye i dag")
    assert sender.begin("b.log", 400).status_code == 201
    colleague = Sender(sign_in(make_user(session, account=account_of(ola))))
    assert colleague.begin("c.log", 501).status_code == 422
    assert colleague.begin("c.log", 500).status_code == 201
    assert Sender(sign_in(make_user(session))).begin("d.log", 600).status_code == 201
    travel(timedelta(hours=25))
    assert Sender(sign_in(ola)).begin("e.log", 600).status_code == 201


def test_what_was_attached_counts_as_well(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.uploads.actions.MOST_A_DAY", 1_000)
    token = sender.send("a.txt", b"x" * 600)["token"]
    sent = {"text": "Hei", "token": "t" * 20, "files": token}
    assert sender.browser.post("/messages", data=sent).status_code == 303
    assert sender.begin("b.log", 500).status_code == 422


def test_too_many_files_at_once_are_told_when_to_go_on(sender: Sender, travel: Travel) -> None:
    travel(timedelta())
    for _ in range(60):
        assert sender.begin().status_code == 201
    assert sender.begin().status_code == 429
    assert int(sender.begin().headers["Retry-After"]) > 0


def test_staff_send_files_for_the_customer_of_the_page(
    session: Session, sign_in: SignInAs, run_jobs: RunJobs, uploads: Uploads
) -> None:
    customer = account_of(make_user(session))
    anna = Sender(sign_in(make_user(session, role=Role.AGENT)))
    anna.at = f"/desk/uploads/{customer.master_account_id}"
    large = anna.send("a.log", b"x" * 3 * MIB, MIB)
    run_jobs()
    assert anna.tell(large["path"])["state"] == "ready"
    small = anna.send("b.txt", b"hei")
    assert small["path"].startswith("/desk/uploads/")
    assert {it.account_id for it in uploads()} == {customer.id}
    taken = anna.send("c.txt", b"hei")["path"]
    assert anna.browser.delete(taken).status_code == 204

    sent = {"text": "Hei", "token": "t" * 20, "files": [large["token"], small["token"]]}
    answer = anna.browser.post(f"/desk/messages/{customer.master_account_id}", data=sent)

    assert answer.status_code == 303
    session.rollback()
    found = session.scalars(select(StoredFile).order_by(StoredFile.id))
    assert [(it.name, it.account_id) for it in found] == [
        ("a.log", customer.id),
        ("b.txt", customer.id),
    ]


def test_staff_name_a_customer_that_is_there(session: Session, sign_in: SignInAs) -> None:
    anna = Sender(sign_in(make_user(session, role=Role.AGENT)))
    for number in ("1", "1042-2107-4", "%00", "x" * 300):
        anna.at = f"/desk/uploads/{number}"
        assert anna.begin().status_code == 404
    ola = Sender(sign_in(make_user(session)))
    ola.at = f"/desk/uploads/{account_of(make_user(session)).master_account_id}"
    assert ola.begin().status_code == 403


def test_a_part_costs_few_statements(sender: Sender, engine: Any) -> None:
    path = sender.begin("a.log", 9 * MIB).headers["Location"]
    taken = []
    for at in (0, 1, 2):
        with counted(engine) as sent:
            sender.add(path, at * MIB, b"x" * MIB)
        taken.append(len(sent))
    assert max(taken) <= 9, taken  # on PostgreSQL the scope is told to each of two transactions


def test_a_large_file_takes_little_memory(
    sender: Sender, run_jobs: RunJobs, app: Flask, session: Session
) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    piece = b"\xd4\xc3\xb2\xa1" + os.urandom(8 * MIB - 4)
    path = sender.begin("opptak.pcap", 20 * len(piece)).headers["Location"]
    sender.add(path, 0, piece)
    before = resident()
    for at in range(1, 20):
        assert sender.add(path, at * len(piece), piece).status_code == 200
    assert run_jobs() >= 1
    assert sender.tell(path)["state"] == "ready"
    assert resident() - before < 60_000_000
    session.rollback()
    assert session.scalars(select(StoredFile)).one().size == 20 * len(piece)
