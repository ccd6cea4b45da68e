"""A bucket: what is kept is whole, and trouble is told as trouble."""

import base64
import hashlib
import http.client
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from moto.server import ThreadedMotoServer
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from portal.base import clock
from portal.base.file_store import FileStore, StorageTrouble, TooLarge

KEY = "k" * 32
CONTENT = os.urandom(12_000_000)
# What goes wrong with a request: an answer instead of the bucket's, or a change to it.
Fault = Callable[[Request, Response], Response]


class Between:
    """A proxy before the bucket, in which things go wrong."""

    def __init__(self, bucket: str) -> None:
        self.fault: Fault | None = None
        self._bucket = urlsplit(bucket).netloc
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        bucket = http.client.HTTPConnection(self._bucket)
        path = request.environ["REQUEST_URI"]
        headers = {name: value for name, value in request.headers if name != "Host"}
        bucket.request(request.method, path, request.get_data(), headers)
        answer = bucket.getresponse()
        response = Response(answer.read(), answer.status, dict(answer.getheaders()))
        bucket.close()
        if length := answer.getheader("Content-Length"):
            response.headers["Content-Length"] = length  # of a HEAD, too
        response = self.fault(request, response) if self.fault else response
        return response(environ, start_response)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    bucket = http.client.HTTPConnection(host, port)
    bucket.request("PUT", "/portal")
    assert bucket.getresponse().status == 200
    bucket.close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def between(moto: str) -> Iterator[Between]:
    proxy = Between(moto)
    yield proxy
    proxy.stop()


@pytest.fixture
def store(between: Between, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileStore]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    store = FileStore(f"s3://portal/files/of?endpoint={between.url}&region=eu-north-1")
    yield store
    between.fault = None
    store.delete(KEY)


def keys(store: FileStore) -> list[str]:
    soon = clock.now() + timedelta(minutes=1)
    return [key for keys in store.older_than(soon) for key in keys]


def test_what_was_put_in_the_bucket_is_read_back(store: FileStore) -> None:
    store.check()
    chunks = (CONTENT[at : at + 70_000] for at in range(0, len(CONTENT), 70_000))
    assert store.put(KEY, chunks) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert b"".join(store.read(KEY)) == CONTENT
    assert b"".join(store.read(KEY, 900_000, 2_500_000)) == CONTENT[900_000:2_500_000]
    assert keys(store) == [KEY]


def test_small_and_empty_files_are_files(store: FileStore) -> None:
    assert store.put(KEY, [b"small"])[0] == 5
    assert list(store.read(KEY)) == [b"small"]
    assert store.put(KEY, [])[0] == 0
    assert list(store.read(KEY)) == []


def test_what_is_deleted_is_gone(store: FileStore) -> None:
    store.put(KEY, [b"small"])
    store.delete(KEY)
    store.delete(KEY)
    assert keys(store) == []
    with pytest.raises(StorageTrouble):
        store.read(KEY)


def test_nothing_is_seen_of_an_upload_that_breaks_off(store: FileStore) -> None:
    def chunks() -> Iterator[bytes]:
        yield CONTENT
        raise ConnectionError("The client went away.")

    with pytest.raises(ConnectionError):
        store.put(KEY, chunks())
    with pytest.raises(TooLarge):
        store.put(KEY, [CONTENT, CONTENT], limit=len(CONTENT))
    assert keys(store) == []


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_bucket_that_says_no_is_trouble(store: FileStore, between: Between, status: int) -> None:
    store.put(KEY, [b"small"])
    between.fault = lambda _request, _answer: Response("<Error/>", status)
    for deed in (
        lambda: store.put(KEY, [b"other"]),
        lambda: store.put(KEY, [CONTENT]),
        lambda: store.read(KEY),
        lambda: store.read(KEY, 0, 5),
        store.check,
        lambda: keys(store),
    ):
        with pytest.raises(StorageTrouble):
            deed()
    between.fault = None
    store.put(KEY, [b"better"])
    assert list(store.read(KEY)) == [b"better"]


def test_a_bucket_that_stumbles_once_is_asked_again(store: FileStore, between: Between) -> None:
    stumbles = iter([500, 503])

    def stumble(_request: Request, answer: Response) -> Response:
        status = next(stumbles, None)
        return Response("<Error/>", status) if status else answer

    between.fault = stumble
    assert store.put(KEY, [b"small"])[0] == 5


def test_an_upload_is_not_acknowledged_when_the_bucket_has_less(
    store: FileStore, between: Between
) -> None:
    def lose(request: Request, answer: Response) -> Response:
        if request.method == "HEAD":
            answer.headers["Content-Length"] = "3"
        return answer

    between.fault = lose
    with pytest.raises(StorageTrouble, match="3 of 5"):
        store.put(KEY, [b"small"])


def test_the_bucket_is_told_what_the_bytes_must_add_up_to(
    store: FileStore, between: Between
) -> None:
    sums = []

    def look(request: Request, answer: Response) -> Response:
        sums.append(request.headers.get("x-amz-checksum-sha256"))
        return answer

    between.fault = look
    store.put(KEY, [b"small"])
    expected = base64.b64encode(hashlib.sha256(b"small").digest()).decode()
    assert sums[0] == expected


def test_a_download_that_is_cut_is_never_taken_as_whole(store: FileStore, between: Between) -> None:
    store.put(KEY, [CONTENT[:2_000_000]])

    def cut(request: Request, answer: Response) -> Response:
        if request.method == "GET":
            whole = answer.get_data()
            answer.set_data(whole[:-1])
            answer.headers["Content-Length"] = str(len(whole))
        return answer

    between.fault = cut
    with pytest.raises(StorageTrouble):
        b"".join(store.read(KEY, 0, 2_000_000))


def test_a_bucket_that_is_away_is_trouble(store: FileStore) -> None:
    nowhere = FileStore("s3://portal?endpoint=http://127.0.0.1:1&region=eu-north-1")
    with pytest.raises(StorageTrouble):
        nowhere.check()


def test_an_address_of_the_bucket_gives_the_file_its_name_and_goes_on(store: FileStore) -> None:
    told = {"Content-Disposition": 'attachment; filename="ccx.zip"', "Content-Type": "a/zip"}
    store.put(KEY, [CONTENT], told=told)
    address = store.address_of(KEY)
    where = urlsplit(address)

    def ask(path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        bucket = http.client.HTTPConnection(where.netloc)
        bucket.request("GET", path, headers=headers)
        answer = bucket.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        found = answer.status, told, answer.read()
        bucket.close()
        return found

    status, headers, content = ask(f"{where.path}?{where.query}", Range="bytes=1000-")

    assert "X-Amz-Expires=900" in where.query
    assert (status, content) == (206, CONTENT[1000:])
    assert headers["content-disposition"] == told["Content-Disposition"]
    assert headers["content-type"] == "a/zip"
