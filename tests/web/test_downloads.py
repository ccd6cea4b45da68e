import hashlib
import os
import random
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.http import parse_options_header

from portal.app import create_app
from portal.base import clock
from portal.base.access import Permission
from portal.base.file_store import FileStore, StorageTrouble
from portal.base.files import StoredFile, save_file
from portal.base.tenancy import Scope, ScopedSession
from portal.features import FEATURES
from portal.web.downloads import attachment, download
from portal.web.guard import allow
from portal.web.session import db
from tests.conftest import SETTINGS, SignInAs
from tests.factories import account_of, make_user

CONTENT = random.Random(7).randbytes(3_000_000)
Save = Callable[..., StoredFile]
probe = Blueprint("probe", __name__)


@probe.get("/probe/<int:file_id>")
@allow(Permission.PRODUCTS_VIEW)
def fetch(file_id: int) -> Response:
    return download(db().get_one(StoredFile, file_id))


@pytest.fixture
def app(
    monkeypatch: pytest.MonkeyPatch, sessions: "sessionmaker[ScopedSession]", files: FileStore
) -> Flask:
    monkeypatch.setattr("portal.app.FEATURES", [*FEATURES, ("/", probe)])
    return create_app(SETTINGS, sessions=sessions, files=files, TESTING=True)


@pytest.fixture
def save(session: Session, sessions: "sessionmaker[ScopedSession]", files: FileStore) -> Save:
    user = make_user(session)
    account_id = account_of(user).id

    def saving(content: bytes = CONTENT, name: str = "Enheter på Østlandet.csv") -> StoredFile:
        with sessions(scope=Scope(frozenset({account_id}), account_id)) as own:
            file = save_file(
                own,
                files,
                name=name,
                media_type="text/html",
                chunks=[content],
                now=clock.now(),
            )
            own.commit()
            own.refresh(file)
            own.expunge(file)
        return file

    saving.user = user  # type: ignore[attr-defined]
    return saving


@pytest.fixture
def browser(save: Save, sign_in: SignInAs) -> FlaskClient:
    return sign_in(save.user)  # type: ignore[attr-defined]


def path_of(file: StoredFile) -> str:
    return f"/probe/{file.id}"


def test_a_file_is_saved_and_never_shown(browser: FlaskClient, save: Save) -> None:
    answer = browser.get(path_of(save()))
    assert answer.status_code == 200
    assert answer.data == CONTENT
    assert answer.content_length == len(CONTENT)
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert "Content-Encoding" not in answer.headers


def test_another_accounts_file_does_not_exist(
    session: Session, save: Save, sign_in: SignInAs
) -> None:
    assert sign_in(make_user(session)).get(path_of(save())).status_code == 404


def test_a_head_request_is_told_all_but_the_bytes(browser: FlaskClient, save: Save) -> None:
    answer = browser.head(path_of(save()))
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.content_length == len(CONTENT)


def test_a_copy_that_is_still_the_same_is_not_sent_again(browser: FlaskClient, save: Save) -> None:
    path = path_of(save())
    etag = browser.head(path).headers["ETag"]
    answer = browser.get(path, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=2999990-", 2_999_990, 3_000_000),
        ("bytes=-5", 2_999_995, 3_000_000),
        ("bytes=1000000-99999999", 1_000_000, 3_000_000),
    ],
)
def test_a_part_is_sent_when_a_part_is_asked_for(
    browser: FlaskClient, save: Save, asked: str, start: int, end: int
) -> None:
    answer = browser.get(path_of(save()), headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/3000000"
    assert answer.content_length == end - start
    assert answer.data == CONTENT[start:end]


@pytest.mark.parametrize("asked", ["bytes=3000000-", "bytes=9999999999999999999-"])
def test_a_part_beyond_the_end_is_refused(browser: FlaskClient, save: Save, asked: str) -> None:
    answer = browser.get(path_of(save()), headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */3000000"
    assert answer.data == b""


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-6", "bytes=9-2", "lines=1-2", "bytes=-0", "bytes", "bytes=a-b", "bytes=-"],
)
def test_what_is_no_single_part_is_answered_with_the_whole(
    browser: FlaskClient, save: Save, asked: str
) -> None:
    answer = browser.get(path_of(save()), headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_an_empty_file_can_be_fetched(browser: FlaskClient, save: Save) -> None:
    path = path_of(save(b""))
    assert (browser.get(path).status_code, browser.get(path).data) == (200, b"")
    assert browser.get(path, headers={"Range": "bytes=0-"}).data == b""


def test_downloads_that_were_cut_off_go_on_where_they_stopped(
    browser: FlaskClient, save: Save
) -> None:
    path, dice = path_of(save()), random.Random(29)
    for _ in range(20):
        got, etag = b"", ""
        while len(got) < len(CONTENT):
            headers = {"Range": f"bytes={len(got)}-", "If-Range": etag} if got else {}
            answer = browser.get(path, headers=headers)
            assert answer.status_code == (206 if got else 200)
            etag = answer.headers["ETag"]
            got += answer.data[: dice.randint(1, len(CONTENT))]
        assert hashlib.sha256(got).hexdigest() == etag.strip('"')


@pytest.mark.parametrize("condition", ['W/"{}"', '"another"', "Sun, 22 Nov 2026 12:00:00 GMT"])
def test_a_file_that_was_replaced_is_sent_whole(
    browser: FlaskClient, save: Save, condition: str
) -> None:
    file = save()
    headers = {"Range": "bytes=10-", "If-Range": condition.format(file.sha256)}
    answer = browser.get(path_of(file), headers=headers)
    assert (answer.status_code, answer.data) == (200, CONTENT)


def test_bytes_that_are_gone_are_trouble_of_ours(
    browser: FlaskClient, save: Save, files: FileStore
) -> None:
    file = save()
    files.delete(file.key)
    answer = browser.get(path_of(file))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_download_that_comes_short_does_not_look_complete(
    browser: FlaskClient, save: Save, files: FileStore, tmp_path: os.PathLike[str]
) -> None:
    file = save()
    blob = os.path.join(tmp_path, "files", "files", file.key[:2], file.key)
    os.truncate(blob, 2_000_000)
    answer = browser.get(path_of(file))
    with pytest.raises(StorageTrouble):
        assert answer.data


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("liste.csv", "liste.csv"),
        ("Enheter på Østlandet.csv", "Enheter pa Ostlandet.csv"),
        ("Ærlig talt.pdf", "AErlig talt.pdf"),
        ('a"b;c\\d.txt', "a_b_c_d.txt"),
        ("100%20.txt", "100_20.txt"),
        ("日本語", "file"),
    ],
)
def test_old_browsers_get_a_plain_name(name: str, plain: str) -> None:
    header = attachment(name)
    assert f'filename="{plain}"' in header
    assert parse_options_header(header)[1]["filename"] == name


@given(st.text(min_size=1, max_size=255).filter(lambda name: name.isprintable()))
def test_any_name_arrives_as_it_was(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert parse_options_header(header) == ("attachment", {"filename": name})


@given(st.text(max_size=100))
def test_no_name_begins_a_header_of_its_own(name: str) -> None:
    assert attachment(name).isprintable()
