"""Getting a file: whole, in parts, cut off and resumed; by whom, and what is noted of it."""

import os
import random
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.http import parse_options_header
from werkzeug.wsgi import FileWrapper

from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.files import Hold
from portal.base.history import Event, What
from portal.downloads.keeping import keep_file
from portal.downloads.models import PublishedFile, SoftwareRelease
from portal.downloads.rules import Audience, Channel, Standing
from portal.downloads.taking import Download, SoftwareTerms, TermsAcceptance
from tests.conftest import SignInAs
from tests.downloads.conftest import CONTENT, World
from tests.factories import MOMENT, make_account, make_document, make_user

CUTS = 500 if os.environ.get("PORTAL_TEST_ALL") == "1" else 40


def path_of(it: SoftwareRelease) -> str:
    return f"/downloads/releases/{it.reference}/file"


def taken(world: World) -> list[Download]:
    world.session.expire_all()
    return list(world.session.scalars(select(Download).order_by(Download.id)))


def test_a_file_is_what_the_manifest_says(world: World) -> None:
    it = world.publish("7.2.0", name="Fastvare på Østlandet 7.2.zip")

    answer = world.kari_browses.get(path_of(it))
    told = world.kari_browses.get(f"/downloads/releases/{it.reference}/manifest.json").json

    assert told
    assert sha256(answer.data).hexdigest() == told["file"]["sha256"]
    assert len(answer.data) == told["file"]["size"]
    digest = answer.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")
    assert b64decode(digest).hex() == told["file"]["sha256"]
    assert answer.headers["ETag"] == f'"{told["file"]["sha256"]}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    _, names = parse_options_header(answer.headers["Content-Disposition"])
    assert names["filename"] == told["file"]["name"] == "Fastvare på Østlandet 7.2.zip"


def test_head_tells_all_and_sends_and_notes_nothing(world: World) -> None:
    it = world.publish("7.2.0")

    answer = world.kari_browses.head(path_of(it))

    assert (answer.data, answer.content_length) == (b"", len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert taken(world) == []


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-0", 206, CONTENT[:1]),
        ("bytes=100-", 206, CONTENT[100:]),
        ("bytes=-7", 206, CONTENT[-7:]),
        ("bytes=5-99999999", 206, CONTENT[5:]),
        (f"bytes={len(CONTENT)}-", 416, None),
        ("bytes=99999999999999999999-", 416, None),
        ("bytes=7-3", 200, CONTENT),
        ("bytes=-0", None, None),
        ("lines=1-2", 200, CONTENT),
        ("bytes=a-b", 200, CONTENT),
        ("bytes=0-1,5-6", 200, CONTENT),
        ("bytes=" + ",".join(f"{at}-{at}" for at in range(1000)), 200, CONTENT),
        ("bytes=" + "0-," * 5000, 200, CONTENT),
    ],
)
def test_ranges_are_one_piece_or_the_whole(
    world: World, asked: str, status: int | None, content: bytes | None
) -> None:
    it = world.publish("7.2.0")

    answer = world.kari_browses.get(path_of(it), headers={"Range": asked})

    assert answer.status_code == status if status else answer.status_code in {200, 416}
    if content is not None:
        assert answer.data == content
    assert len(answer.data) <= len(CONTENT) or answer.status_code == 416


def fetched_in_pieces(browser: FlaskClient, path: str, chance: random.Random) -> tuple[bytes, str]:
    """Cut off again and again, and gone on with as browsers do; begun anew where it is another."""
    got, etag, start = b"", "", 0
    while True:
        headers = {"Range": f"bytes={start}-", "If-Range": etag} if start else {}
        with browser.get(path, headers=headers, buffered=False) as answer:
            assert answer.status_code in {200, 206}
            if answer.status_code == 200:
                got = b""
            else:
                assert answer.headers["Content-Range"].startswith(f"bytes {start}-")
            etag = answer.headers["ETag"]
            total = len(got) + int(answer.headers["Content-Length"])
            piece = answer.data
        cut = chance.randrange(1, len(piece) + 1)
        got += piece[:cut]
        start = len(got)
        if start == total:
            return got, etag.strip('"')


def test_cut_and_resumed_downloads_are_whole(world: World) -> None:
    it, chance = world.publish("7.2.0"), random.Random(7)
    assert it.file

    for _ in range(CUTS):
        got, etag = fetched_in_pieces(world.kari_browses, path_of(it), chance)
        assert sha256(got).hexdigest() == etag == it.file.sha256

    assert len(taken(world)) == 1


def test_a_file_that_was_replaced_meanwhile_is_never_mixed(session: Session, world: World) -> None:
    it = world.publish("7.2.0")
    first = world.kari_browses.get(path_of(it), headers={"Range": "bytes=0-999"})
    other = bytes(reversed(CONTENT))
    it.file = keep_file(
        session,
        world.store,
        name="firmware.zip",
        media_type="application/zip",
        chunks=[other],
        now=clock.now(),
    )
    session.commit()

    going_on = {"Range": "bytes=1000-", "If-Range": first.headers["ETag"]}
    answer = world.kari_browses.get(path_of(it), headers=going_on)

    assert (answer.status_code, answer.data) == (200, other)
    weak = {"Range": "bytes=1000-", "If-Range": f"W/{answer.headers['ETag']}"}
    assert world.kari_browses.get(path_of(it), headers=weak).status_code == 200
    dated = {"Range": "bytes=1000-", "If-Range": "Tue, 01 Dec 2026 12:00:00 GMT"}
    assert world.kari_browses.get(path_of(it), headers=dated).status_code == 200


def test_what_one_has_is_not_sent_again(world: World) -> None:
    it = world.publish("7.2.0")
    etag = world.kari_browses.head(path_of(it)).headers["ETag"]

    answer = world.kari_browses.get(path_of(it), headers={"If-None-Match": etag})

    assert (answer.status_code, answer.data) == (304, b"")


def test_terms_are_accepted_once_for_each_version(session: Session, world: World) -> None:
    it, browser = world.publish("7.2.0"), world.kari_browses
    terms = SoftwareTerms(text_nb="Vilkår.", text_en="Terms.", since=MOMENT)
    session.add(terms)
    session.commit()
    accept = f"/downloads/releases/{it.reference}/terms"

    part = {"Range": "bytes=100-200", "If-Range": f'"{it.file.sha256}"'}  # type: ignore[union-attr]
    for asked in (browser.get(path_of(it)), browser.get(path_of(it), headers=part)):
        # With 200, whoever goes on with a file would take the page for it.
        assert (asked.status_code, "Terms." in asked.text) == (403, True)
    assert taken(world) == []
    assert browser.post(accept, data={"terms": "77"}).status_code == 422
    accepted = browser.post(accept, data={"terms": terms.id})
    assert (accepted.status_code, accepted.location) == (303, path_of(it))
    browser.post(accept, data={"terms": terms.id})
    assert browser.get(path_of(it)).data == CONTENT

    noted = session.scalars(select(TermsAcceptance)).one()
    assert (noted.account_id, noted.user_id) == (world.account.id, world.kari.id)
    happened = session.scalars(select(Event.what).where(Event.kind == "terms_acceptance")).all()
    assert happened == [What.TERMS_ACCEPTED]
    session.add(SoftwareTerms(text_nb="Nye.", text_en="New terms.", since=clock.now()))
    session.commit()
    assert "New terms." in browser.get(path_of(it)).text


def test_a_download_is_noted_once_a_day_with_who_took_what(
    world: World, travel: Any, sign_in: SignInAs
) -> None:
    it = world.publish("7.2.0")
    for _ in range(3):
        world.kari_browses.get(path_of(it))

    (first,) = taken(world)
    assert (first.account_id, first.user_id) == (world.account.id, world.kari.id)
    assert (first.release_id, first.file_id) == (it.id, it.file_id)
    travel(timedelta(hours=25))
    browser = sign_in(world.kari)
    browser.get(path_of(it))
    assert len(taken(world)) == 2
    log = browser.get("/downloads/log").text
    assert "firmware-7.2.0.zip" in log
    assert "Ola Hansen" in log


def test_several_connections_at_once_are_one_download(world: World) -> None:
    path = path_of(world.publish("7.2.0"))
    with ThreadPoolExecutor(4) as pool:
        took = list(pool.map(lambda _: world.kari_browses.get(path).status_code, range(8)))

    assert took == [200] * 8
    assert len(taken(world)) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda it: setattr(it, "standing", Standing.BLOCKED), 410),
        (lambda it: setattr(it.channels[0], "withdrawn_at", clock.now()), 410),
        (lambda it: setattr(it.file, "held", Hold.WAITING), 409),
        (lambda it: setattr(it, "standing", Standing.DEPRECATED), 200),
    ],
    ids=["blocked", "withdrawn", "being checked", "outdated"],
)
def test_what_is_not_to_be_had_says_so(
    session: Session, world: World, change: Any, status: int
) -> None:
    it = world.publish("7.2.0")
    assert it.channels[0].channel is Channel.PORTAL
    change(it)
    session.commit()

    answer = world.kari_browses.get(path_of(it))

    assert answer.status_code == status
    assert (CONTENT in answer.data) == (status == 200)


def test_public_documents_are_open_to_everyone(
    session: Session, world: World, client: FlaskClient
) -> None:
    public = make_document(session, "Bruk", world.phone, store=world.store)
    ours = make_document(session, "Vårt", store=world.store, audience=Audience.SIGNED_IN)
    draft = make_document(session, "Utkast", store=world.store, published=False)

    def path(it: Any) -> str:
        return f"/downloads/documents/{it.reference}/file"

    assert client.get(path(public)).data == b"%PDF-1.4 guide"
    assert client.get(path(ours)).status_code == 303
    assert client.get(path(draft)).status_code == 404
    assert world.kari_browses.get(path(ours)).status_code == 200
    assert world.kari_browses.get(path(draft)).status_code == 404
    assert [each.document_id for each in taken(world)] == [ours.id]


def test_documents_for_the_covered_are_refused_with_a_reason(
    session: Session, world: World, sign_in: SignInAs
) -> None:
    it = make_document(session, "Bruk", world.phone, store=world.store, audience=Audience.COVERED)
    path = f"/downloads/documents/{it.reference}/file"
    other = sign_in(make_user(session, account=make_account(session, "Andre AS")))

    assert world.kari_browses.get(path).status_code == 200
    refused = other.get(path)
    assert refused.status_code == 403
    assert "No agreement is in force." in refused.text


def test_nginx_is_told_where_the_file_lies(app: Flask, world: World) -> None:
    it = world.publish("7.2.0")
    app.extensions["sent_by"] = "nginx:/protected"

    answer = world.kari_browses.get(path_of(it), headers={"Range": "bytes=5-9"})

    assert it.file
    folder = f"/protected/files/{it.file.key[:2]}/{it.file.key}"
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["X-Accel-Redirect"] == folder
    assert answer.headers["ETag"] == f'"{it.file.sha256}"'
    assert len(taken(world)) == 1


def test_bytes_that_a_row_knows_are_not_swept_up(world: World, run_jobs: Any, travel: Any) -> None:
    it = world.publish("7.2.0")
    travel(timedelta(hours=3))
    run_jobs()

    assert it.file
    assert b"".join(world.store.read(it.file.key)) == CONTENT


def test_a_hash_that_was_stated_must_be_that_of_the_file(session: Session, world: World) -> None:
    with pytest.raises(Exception, match="checksum"):
        keep_file(
            session,
            world.store,
            name="a.zip",
            media_type="application/zip",
            chunks=[CONTENT],
            now=clock.now(),
            sha256="0" * 64,
        )
    assert session.scalars(select(PublishedFile)).all() == []
    assert list(world.store.older_than(clock.now() + timedelta(days=1))) in ([], [[]])


def test_whoever_is_let_is_led_to_the_bucket(app: Flask, world: World) -> None:
    it = world.publish("7.2.0")

    class Bucket:
        def address_of(self, key: str, method: str) -> str:
            return f"https://bucket.example.com/{method}/{key}?X-Amz-Signature=1"

    app.extensions |= {"sent_by": "bucket", "files": Bucket()}
    answer = world.kari_browses.get(path_of(it))

    assert it.file
    assert answer.status_code == 307
    assert answer.location.startswith(f"https://bucket.example.com/GET/{it.file.key}?")
    assert len(taken(world)) == 1


def test_a_server_that_sends_files_by_itself_is_given_the_part_that_is_asked_for(
    world: World,
) -> None:
    """The embedded one does, so that slow readers keep none of its threads."""
    it, given = world.publish("7.2.0"), []

    class Wrapper(FileWrapper):
        def __init__(self, file: Any, size: int) -> None:
            given.append(file.tell())
            super().__init__(file, size)

    answer = world.kari_browses.get(
        path_of(it),
        headers={"Range": "bytes=100-199"},
        environ_overrides={"wsgi.file_wrapper": Wrapper},
    )

    assert (answer.status_code, answer.content_length) == (206, 100)
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"
    assert given == [100]  # the server stops at the length that is announced
    assert len(taken(world)) == 1
    answer.close()


def test_a_file_that_lost_its_end_is_sent_by_nobody(world: World, files: FileStore) -> None:
    it = world.publish("7.2.0")
    assert it.file
    lost = it.file.size = it.file.size + 1
    world.session.commit()

    answer = world.kari_browses.get(
        path_of(it), environ_overrides={"wsgi.file_wrapper": FileWrapper}
    )

    assert (answer.status_code, lost) == (503, len(CONTENT) + 1)
