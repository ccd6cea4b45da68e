"""Viruses: found, refused, and never given to anybody; and what waits while nobody can look."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.files import Hold, StoredFile
from portal.base.jobs import Job
from portal.base.words import Refused
from portal.config import Settings
from portal.uploads.scanner import Scanner, Unreachable, scanner_at
from tests.conftest import SETTINGS
from tests.uploads import clamd
from tests.uploads.clamd import Clamd
from tests.uploads.conftest import MIB, Sender
from tests.uploads.contents import EICAR, zipped

RunJobs = Callable[..., int]
Travel = Callable[[timedelta], None]


@pytest.fixture(scope="module")
def port() -> int:
    return clamd.free_port()


@pytest.fixture
def settings(port: int) -> Settings:
    return replace(SETTINGS, clamd_url=f"tcp://127.0.0.1:{port}")


@pytest.fixture
def scanning(port: int) -> Iterator[Clamd]:
    with clamd.running(port=port) as found:
        yield found


def files_of(session: Session) -> list[tuple[str, Hold | None]]:
    session.rollback()
    found = session.scalars(select(StoredFile).order_by(StoredFile.id))
    return [(it.name, it.held) for it in found]


def attach(sender: Sender, *tokens: str) -> int:
    sent = {"text": "Hei", "token": "token-" + "-".join(tokens)[:50], "files": list(tokens)}
    return sender.browser.post("/messages", data=sent).status_code


def test_a_virus_is_refused_by_name(sender: Sender, session: Session, scanning: Clamd) -> None:
    told = sender.send("a.txt", EICAR)

    assert told["state"] == "refused"
    assert told["says"] == (
        "Det er virus i «a.txt» (Eicar-Test-Signature), så filen er ikke tatt imot."
    )
    assert files_of(session) == []
    assert scanning.asked == [EICAR]
    assert sender.send("b.txt", b"hei")["state"] == "ready"
    assert files_of(session) == [("b.txt", None)]


def test_a_virus_among_the_parts_is_found(
    sender: Sender, session: Session, scanning: Clamd, run_jobs: RunJobs
) -> None:
    content = b"x" * (MIB - 30) + EICAR + b"x" * MIB  # it lies across the seam
    told = sender.send("a.log", content, MIB)
    run_jobs()

    assert "Eicar-Test-Signature" in sender.tell(told["path"])["says"]
    assert files_of(session) == []
    assert scanning.asked == [content]


def test_without_scripts_a_virus_is_told_beside_the_field(
    sender: Sender, session: Session, scanning: Clamd
) -> None:
    sent = {"text": "Hei", "token": "t" * 20, "files": [(BytesIO(EICAR), "a.txt")]}
    answer = sender.browser.post("/messages", data=sent)

    assert answer.status_code == 422
    assert "Det er virus i «a.txt»" in answer.text
    assert files_of(session) == []


def test_while_no_scanner_answers_a_file_waits_and_nobody_gets_it(
    sender: Sender, session: Session, run_jobs: RunJobs, port: int, travel: Travel
) -> None:
    told = sender.send("a.txt", b"hei")
    assert (told["state"], told["says"]) == ("ready", "Kontrolleres for virus")
    assert attach(sender, told["token"]) == 303
    run_jobs()
    assert files_of(session) == [("a.txt", Hold.WAITING)]
    (file_id,) = session.scalars(select(StoredFile.id))
    waits = sender.browser.get(f"/messages/{file_id}")
    assert waits.status_code == 409
    assert "Dette går ikke ennå" in waits.text
    assert "Kontrolleres for virus" in sender.browser.get("/messages").text
    (job,) = session.scalars(select(Job).where(Job.name == "uploads.scan"))
    assert (job.tries, job.parked_at) == (0, None)  # however long it takes

    travel(timedelta(minutes=2))
    with clamd.running(port=port):
        run_jobs(clock.now())

    assert files_of(session) == [("a.txt", None)]
    assert sender.browser.get(f"/messages/{file_id}").data == b"hei"


def test_a_virus_that_is_found_later_is_stopped_for_good(
    sender: Sender, session: Session, run_jobs: RunJobs, port: int, tmp_path: Path
) -> None:
    told = sender.send("a.txt", EICAR)
    assert attach(sender, told["token"]) == 303

    with clamd.running(port=port):
        run_jobs()

    assert files_of(session) == [("a.txt", Hold.STOPPED)]
    (file_id,) = session.scalars(select(StoredFile.id))
    assert sender.browser.get(f"/messages/{file_id}").status_code == 410
    assert [path for path in (tmp_path / "files" / "files").rglob("*") if path.is_file()] == []
    assert "Stoppet i viruskontrollen" in sender.browser.get("/messages").text


def test_a_virus_that_is_found_before_the_form_is_sent_is_told_there(
    sender: Sender, session: Session, run_jobs: RunJobs, port: int
) -> None:
    told = sender.send("a.txt", EICAR)
    with clamd.running(port=port):
        run_jobs()

    sent = {"text": "Hei", "token": "t" * 20, "files": told["token"]}
    answer = sender.browser.post("/messages", data=sent)

    assert answer.status_code == 422
    assert "Det er virus i «a.txt»" in answer.text
    assert f'value="{told["token"]}"' not in answer.text  # the form can be sent without it


def test_a_file_that_the_scanner_has_no_room_for_is_refused(
    sender: Sender, session: Session, scanning: Clamd, run_jobs: RunJobs
) -> None:
    scanning.most = MIB
    told = sender.send("a.log", b"x" * 3 * MIB, MIB)
    run_jobs()

    assert sender.tell(told["path"])["says"].startswith("«a.log» er for stor til å kontrolleres")
    assert files_of(session) == []


@pytest.mark.parametrize(
    "says", [b"\0", b"UNKNOWN COMMAND\0", b"stream: x ERROR\0", b"OK\0", b"\xff"]
)
def test_a_scanner_that_says_anything_else_has_not_said_that_it_is_clean(
    sender: Sender, session: Session, scanning: Clamd, says: bytes
) -> None:
    scanning.says = says
    assert sender.send("a.txt", b"hei")["says"] == "Kontrolleres for virus"
    assert files_of(session) == [("a.txt", Hold.WAITING)]


def test_a_scanner_is_reached_by_a_socket_of_the_machine(tmp_path: Path) -> None:
    short = Path("/tmp") / f"clamd-{os.getpid()}"
    short.mkdir()
    try:
        with clamd.running(where=short) as found:
            scanner = Scanner(found.url)
            assert scanner.virus_in([b"hei"], "a") == ""
            assert scanner.virus_in([EICAR[:20], EICAR[20:]], "a") == "Eicar-Test-Signature"
            assert found.asked == [b"hei", EICAR]
            found.most = 10
            with pytest.raises(Refused):
                scanner.virus_in(iter([b"x" * 2**22]), "a")
    finally:
        (short / "clamd.ctl").unlink(missing_ok=True)
        short.rmdir()
    with pytest.raises(Unreachable):
        scanner.virus_in([b"hei"], "a")


def test_without_the_setting_nothing_is_scanned() -> None:
    assert scanner_at("") is None


@pytest.mark.parametrize("url", ["http://x", "tcp://", "unix://", "clamd", "tcp"])
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SystemExit, match="CLAMD_URL"):
        replace(SETTINGS, clamd_url=url)


def test_an_archive_is_refused_before_anybody_scans_it(sender: Sender, scanning: Clamd) -> None:
    told = sender.send("a.zip", zipped(a__txt=b"\0" * 100_000_000))
    assert told["state"] == "refused"
    assert scanning.asked == []
