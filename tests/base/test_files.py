import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.file_store import FileStore, StorageTrouble, TooLarge
from portal.base.files import LONGEST_NAME, StoredFile, safe_name, save_file
from portal.base.jobs import later
from portal.base.tenancy import ScopedSession
from tests.factories import make_account

KEY = "k" * 32
SessionOf = Callable[[int], ScopedSession]


def blobs(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_was_put_is_read_back(files: FileStore) -> None:
    content = os.urandom(3_000_000)
    chunks = (content[at : at + 70_000] for at in range(0, len(content), 70_000))
    assert files.put(KEY, chunks) == (3_000_000, hashlib.sha256(content).hexdigest())
    assert b"".join(files.read(KEY)) == content
    assert b"".join(files.read(KEY, 1_500_000, 2_900_000)) == content[1_500_000:2_900_000]


def test_an_empty_file_is_a_file(files: FileStore) -> None:
    assert files.put(KEY, []) == (0, hashlib.sha256().hexdigest())
    assert list(files.read(KEY)) == []


def test_nothing_is_seen_of_a_file_before_it_is_whole(files: FileStore) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x" * 6_000_000
        with pytest.raises(StorageTrouble):
            files.read(KEY)
        assert [key for keys in files.older_than(clock.now()) for key in keys] == []
        yield b"y"

    files.put(KEY, chunks())
    assert b"".join(files.read(KEY)).endswith(b"xy")


@pytest.mark.parametrize("cut", [0, 1, 5 * 1024 * 1024, 12_000_000])
def test_nothing_is_left_of_an_upload_that_breaks_off(
    files: FileStore, tmp_path: Path, cut: int
) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x" * cut
        raise ConnectionError("The client went away.")

    with pytest.raises(ConnectionError):
        files.put(KEY, chunks())
    assert blobs(tmp_path) == []


def test_nothing_is_left_of_a_file_that_is_too_large(files: FileStore, tmp_path: Path) -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b"x" * 1000

    with pytest.raises(TooLarge):
        files.put(KEY, chunks(), limit=2500)
    assert read == [0, 1, 2]
    assert blobs(tmp_path) == []
    assert files.put(KEY, [b"x" * 2500], limit=2500)[0] == 2500


def test_a_file_that_is_cut_short_is_never_read_as_whole(files: FileStore, tmp_path: Path) -> None:
    files.put(KEY, [b"x" * 2_500_000])
    (blob,) = blobs(tmp_path)
    os.truncate(blob, 1_800_000)
    with pytest.raises(StorageTrouble):
        list(files.read(KEY, 0, 2_500_000))


def test_what_is_gone_is_trouble_and_not_an_empty_file(files: FileStore) -> None:
    for asked in ((), (0, 10)):
        with pytest.raises(StorageTrouble):
            files.read(KEY, *asked)
    files.delete(KEY)


@pytest.mark.parametrize("key", ["", "short", "../" * 8 + "etc/passwd", "k" * 20 + "/", "k" * 99])
def test_no_path_can_be_smuggled_in_as_a_key(files: FileStore, key: str) -> None:
    with pytest.raises(ValueError, match="random"):
        files.put(key, [])


def test_a_folder_that_cannot_be_written_fails_the_check(tmp_path: Path) -> None:
    FileStore((tmp_path / "new" / "files").as_uri()).check()
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageTrouble):
        FileStore((tmp_path / "file" / "files").as_uri()).check()


@pytest.mark.parametrize("url", ["", "/folder", "ftp://host", "s3://", "file:relative"])
def test_an_address_that_is_no_storage_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="STORAGE_URL"):
        FileStore(url)


def test_reading_and_writing_take_little_memory(files: FileStore) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    piece = os.urandom(1_000_000)
    files.put(KEY, [piece])
    before = highest = resident()
    size, _ = files.put(KEY, (piece for _ in range(150)))
    for chunk in files.read(KEY):
        assert len(chunk) <= 1024 * 1024
        highest = max(highest, resident())
    assert size == 150_000_000
    assert highest - before < 40_000_000


def test_a_stored_file_belongs_to_the_account_at_hand(
    session: Session, session_of: SessionOf, files: FileStore
) -> None:
    ours, theirs = make_account(session), make_account(session)
    our_session = session_of(ours.id)
    file = save_file(
        our_session,
        files,
        name="C:\\fakepath\\Enheter på Østlandet\r\n.csv",
        media_type="text/csv",
        chunks=[b"a;b\n", b"1;2\n"],
        now=clock.now(),
    )
    our_session.commit()
    assert (file.account_id, file.size) == (ours.id, 8)
    assert file.name == "Enheter på Østlandet.csv"
    assert b"".join(files.read(file.key)) == b"a;b\n1;2\n"
    file_id = file.id
    our_session.close()
    assert session_of(theirs.id).get(StoredFile, file_id) is None


def test_a_media_type_that_is_none_becomes_plain_bytes(
    session: Session, session_of: SessionOf, files: FileStore
) -> None:
    own = session_of(make_account(session).id)
    for claimed in ("text/html\r\nX-Evil: 1", "", "text", "x/" + "y" * 500):
        file = save_file(own, files, name="a", media_type=claimed, chunks=[], now=clock.now())
        assert file.media_type == "application/octet-stream"


def test_bytes_without_a_row_are_swept_up_after_an_hour(
    session: Session,
    session_of: SessionOf,
    files: FileStore,
    tmp_path: Path,
    run_jobs: Callable[..., int],
) -> None:
    own = session_of(make_account(session).id)
    told = {"name": "a.txt", "media_type": "text/plain", "now": clock.now()}
    kept = save_file(own, files, chunks=[b"kept"], **told)  # type: ignore[arg-type]
    own.commit()
    undone = save_file(own, files, chunks=[b"undone"], **told).key  # type: ignore[arg-type]
    own.rollback()
    half = tmp_path / "files" / "files" / "zz" / "zzzz#1"
    half.parent.mkdir()
    half.write_text("a process was killed")
    new = "new" * 8
    files.put(new, [b"not yet committed"])
    two_hours_ago = time.time() - 7200
    for blob in blobs(tmp_path):
        if new not in blob.name:
            os.utime(blob, (two_hours_ago, two_hours_ago))
    later(session, "files.sweep")
    session.commit()
    assert run_jobs() == 1
    names = {blob.name for blob in blobs(tmp_path)}
    assert names == {kept.key, new}
    assert undone not in names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("enheter.csv", "enheter.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\liste.xlsx", "liste.xlsx"),
        ("a\u200bb\u202egpj.exe", "abgpj.exe"),
        (".ht\u200daccess", "htaccess"),
        ("A\u030arsrapport.pdf", "Årsrapport.pdf"),
        ("linje\r\nskift\0.txt", "linjeskift.txt"),
        ("\ud800.txt", "txt"),
        ("", "file"),
        ("..", "file"),
        (" / ", "file"),
    ],
)
def test_names_are_shown_without_what_misleads(name: str, shown: str) -> None:
    assert safe_name(name) == shown


def test_long_names_keep_their_ending() -> None:
    assert safe_name("æ" * 400 + ".xlsx") == "æ" * 250 + ".xlsx"
    assert len(safe_name("æ" * 400)) == LONGEST_NAME


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_can_be_stored(name: str) -> None:
    shown = safe_name(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert safe_name(shown) == shown
    assert shown.isprintable()
    assert "/" not in shown
