"""Parts that lie in a bucket: put together there as in a folder, and in trouble nothing is lost."""

import os
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Request, Response

from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.uploads.reading import Part, chunks_of, read_parts
from tests.base.test_file_store_s3 import Between, between, moto, store
from tests.uploads.conftest import MIB, Sender

__all__ = ["between", "moto", "store"]


@pytest.fixture
def files(store: FileStore) -> FileStore:
    return store


def test_a_file_in_several_parts_reads_as_one(files: FileStore) -> None:
    dice, whole, parts = random.Random(3), b"", []
    for number, size in enumerate((1, 700_000, 3, 1_300_000, 50)):
        piece = dice.randbytes(size)
        files.put(f"part-number-{number:04}", [piece])
        parts.append(Part(len(whole), size, f"part-number-{number:04}"))
        whole += piece
    assert b"".join(chunks_of(files, parts)) == whole
    source = read_parts(files, parts)
    for _ in range(40):
        at, size = dice.randrange(len(whole) + 10), dice.randrange(900_000)
        source.seek(at)
        assert source.read(size) == whole[at : at + size]
    source.seek(-20, 2)
    assert source.read() == whole[-20:]


def test_parts_in_a_bucket_are_put_together(
    sender: Sender, session: Session, files: FileStore, run_jobs: Callable[..., int]
) -> None:
    content = b"\xd4\xc3\xb2\xa1" + os.urandom(12 * MIB)
    told = sender.send("opptak.pcap", content, 5 * MIB)

    run_jobs()

    assert sender.tell(told["path"])["state"] == "ready"
    (file,) = session.scalars(select(StoredFile))
    assert b"".join(files.read(file.key)) == content


def test_a_part_that_the_bucket_did_not_take_is_not_acknowledged(
    sender: Sender, between: Between
) -> None:
    path = sender.begin("a.log", 3 * MIB).headers["Location"]
    assert sender.add(path, 0, b"x" * MIB).status_code == 200

    def refuse(request: Request, response: Response) -> Response:
        return Response("", 500) if request.method in {"PUT", "POST"} else response

    between.fault = refuse
    assert sender.add(path, MIB, b"x" * MIB).status_code == 503
    between.fault = None
    assert sender.tell(path)["offset"] == MIB
    assert sender.add(path, MIB, b"x" * 2 * MIB).get_json()["state"] == "checking"


def test_a_bucket_that_is_away_while_parts_are_put_together_is_asked_again(
    sender: Sender, session: Session, between: Between, run_jobs: Callable[..., int]
) -> None:
    told = sender.send("a.log", b"x" * 3 * MIB, MIB)
    between.fault = lambda _request, _response: Response("", 403)
    run_jobs()
    assert sender.tell(told["path"])["state"] == "checking"
    between.fault = None
    run_jobs(clock.now() + timedelta(minutes=1))

    assert sender.tell(told["path"])["state"] == "ready"
