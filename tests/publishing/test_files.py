"""Publishers' files on their way: wrong, huge, renamed, truncated, cut off, with a full disk."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock
from portal.base.file_store import FileStore, StorageTrouble
from portal.base.jobs import later
from portal.base.words import Refused
from portal.downloads.models import PublishedFile
from portal.publishing.kinds import examine
from portal.publishing.models import Incoming, IncomingPart
from portal.uploads.models import UploadState
from tests.publishing.conftest import PART, Desk, RunJobs, a_gzip, a_zip

PDF = b"%PDF-1.4\n" + b"x" * 9000 + b"\n%%EOF\n"
GOOD = {
    "a.zip": a_zip(),
    "a.tar.gz": a_gzip(),
    "ccx.sip.ld": bytes(range(256)) * 20,
    "setup.exe": b"MZ" + bytes(100),
    "setup.msi": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "lens.pkg": b"xar!" + bytes(100),
    "lens.dmg": bytes(5000) + b"koly" + bytes(508),
    "guide.pdf": PDF,
}


@pytest.mark.parametrize("name", GOOD)
def test_what_it_says_it_is_is_taken(name: str) -> None:
    assert examine(BytesIO(GOOD[name]), name=name, size=len(GOOD[name]))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.zip", GOOD["guide.pdf"], "does not fit its name"),
        ("a.pdf", GOOD["a.zip"], "does not fit its name"),
        ("a.ld", b"MZ" + bytes(100), "does not fit its name"),
        ("a.bin", b"  <html>", "does not fit its name"),
        ("a.bin", b"#!/bin/sh", "does not fit its name"),
        ("a.zip", a_zip()[:-40], "its end is missing"),
        ("a.zip", a_zip()[: len(a_zip()) // 2], "its end is missing"),
        ("a.gz", a_gzip()[:-3], "its end is missing"),
        ("a.gz", a_gzip()[:-8] + b"12345678", "its end is missing"),
        ("a.pdf", GOOD["guide.pdf"][:-8], "its end is missing"),
        ("a.dmg", GOOD["lens.dmg"][:-508], "its end is missing"),
        ("a.html", b"<html>", "cannot be published"),
        ("a.zip.svg", a_zip(), "cannot be published"),
        ("firmware", a_zip(), "cannot be published"),
        ("a.zip", b"", "is empty"),
    ],
)
def test_renamed_and_cut_off_files_are_refused(name: str, content: bytes, says: str) -> None:
    with pytest.raises(Refused) as refused:
        examine(BytesIO(content), name=name, size=len(content))

    assert says in refused.value.message


def test_a_file_comes_in_parts_and_is_put_together(desk: Desk, run_jobs: RunJobs) -> None:
    content = a_zip(3 * PART)
    told = desk.send(content).json
    assert told["state"] == "checking"

    run_jobs()

    file = desk.session.scalars(select(PublishedFile)).one()
    assert (file.size, file.sha256) == (len(content), sha256(content).hexdigest())
    assert b"".join(desk.store.read(file.key)) == content
    assert desk.session.scalars(select(IncomingPart)).all() == []
    assert desk.session.scalars(select(Incoming.state)).one() is UploadState.READY


def test_it_goes_on_where_it_was_cut_off(desk: Desk, run_jobs: RunJobs) -> None:
    content, browser = a_zip(3 * PART), desk.petra_browses
    size = {"name": "ccx.zip", "size": len(content)}
    path = browser.post("/desk/publish/files", data=size).headers["Location"]

    def send(start: int, end: int) -> Any:
        return browser.patch(
            path,
            data=content[start:end],
            headers={"Upload-Offset": str(start)},
            content_type="application/offset+octet-stream",
        )

    assert send(0, PART).json["offset"] == PART
    assert send(0, PART).status_code == 409  # sent twice
    assert send(2 * PART, 3 * PART).status_code == 409  # with a hole before it
    assert browser.get(path).headers["Upload-Offset"] == str(PART)
    assert desk.per_browses.get(path).status_code == 404
    assert send(PART, 3 * PART).json["offset"] == 3 * PART
    assert send(3 * PART, len(content)).json["state"] == "checking"
    run_jobs()
    file = desk.session.scalars(select(PublishedFile)).one()
    assert file.sha256 == sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("a.zip", "20000000001", "at most|larger"),
        ("a.zip", "9" * 300, "at most|larger"),
        ("a.zip", "0", "is empty"),
        ("a.zip", "-1", "how large"),
        ("a.zip", "1e9", "how large"),
        ("a.docm", "5", "cannot be published"),
        ("../../a\u202egpj.exe.svg", "5", "cannot be published"),
    ],
)
def test_what_cannot_be_published_is_said_before_it_is_sent(
    desk: Desk, name: str, size: str, says: str
) -> None:
    answer = desk.petra_browses.post("/desk/publish/files", data={"name": name, "size": size})

    assert answer.status_code == 422
    assert any(each in answer.json["says"] for each in says.split("|"))  # type: ignore[index]


def test_one_of_several_gigabytes_has_room(desk: Desk) -> None:
    told = {"name": "studio.zip", "size": str(7_000_000_000)}

    assert desk.petra_browses.post("/desk/publish/files", data=told).status_code == 201


def test_a_truncated_one_is_refused_and_leaves_nothing(desk: Desk, run_jobs: RunJobs) -> None:
    desk.send(a_zip(3 * PART)[:-30])
    run_jobs()

    it = desk.session.scalars(select(Incoming)).one()
    assert it.state is UploadState.REFUSED
    assert desk.session.scalars(select(PublishedFile)).all() == []
    path = f"/desk/publish/files/{it.token}"
    assert "its end is missing" in desk.petra_browses.get(path).json["says"]  # type: ignore[index]
    sent = desk.facts(files=it.token)
    answer = desk.petra_browses.post("/desk/publish/releases", data=sent)
    assert answer.status_code == 422
    assert desk.petra_browses.delete(path).status_code == 204


class Full(FileStore):
    """A folder whose disk is full after so many bytes."""

    room = 0

    def put(self, key: str, chunks: Any, **options: Any) -> tuple[int, str]:
        def until_full() -> Iterator[bytes]:
            for chunk in chunks:
                Full.room -= len(chunk)
                if Full.room < 0:
                    raise StorageTrouble("StorageFull")
                yield chunk

        return super().put(key, until_full(), **options)


def test_a_full_disk_keeps_nothing_and_it_goes_on_when_there_is_room(
    desk: Desk, run_jobs: RunJobs, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = a_zip(2 * PART)
    monkeypatch.setattr(Full, "room", PART + 1000)
    app.extensions["files"] = full = Full(desk.store._address.geturl())

    answer = desk.send(content)

    assert answer.status_code == 503
    it = desk.session.scalars(select(Incoming)).one()
    assert it.received == PART
    Full.room = 10**9
    path, browser = f"/desk/publish/files/{it.token}", desk.petra_browses
    for start in (PART, 2 * PART):
        browser.patch(
            path,
            data=content[start : start + PART],
            headers={"Upload-Offset": str(start)},
            content_type="application/offset+octet-stream",
        )
    run_jobs()
    file = desk.session.scalars(select(PublishedFile)).one()
    assert b"".join(full.read(file.key)) == content


def test_what_nobody_published_is_swept_up(desk: Desk, run_jobs: RunJobs, travel: Any) -> None:
    desk.send(a_zip())
    assert desk.session.scalars(select(PublishedFile)).all()
    travel(timedelta(days=2))
    for job in ("retention.apply", "files.sweep"):
        later(desk.session, job, key=f"test {job}")
        desk.session.commit()
        run_jobs(clock.now())

    desk.session.expire_all()
    assert desk.session.scalars(select(Incoming)).all() == []
    assert desk.session.scalars(select(PublishedFile)).all() == []
    assert [key for keys in desk.store.older_than(clock.now()) for key in keys] == []
