"""The one way a stored file leaves the portal, for pages and for the API alike.

What someone uploaded is never shown by the browser as a part of us: it is saved, not opened, and
if it is opened after all, it is locked in.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, request

from portal.base.file_store import FileStore
from portal.base.files import Hold

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_HELD = {Hold.WAITING: 409, Hold.STOPPED: 410}
_AT_ONCE = 256 * 1024  # bytes that are read of a file at a time
_LETTERS = str.maketrans({"æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O"})


class Sendable(Protocol):
    """What a row knows of bytes in the store: of an account's file, or of one of the vendor's."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def held(self) -> Hold | None: ...


def init_app(app: Flask, files: FileStore, sent_by: str = "") -> None:
    app.extensions["files"] = files
    app.extensions["sent_by"] = sent_by


def files() -> FileStore:
    store: FileStore = current_app.extensions["files"]
    return store


def download(file: Sendable) -> Response:
    """The file, or the part of it that is still missing where a download was cut off.

    One that was not found to be free of viruses is given to nobody.
    """
    if file.held:
        abort(_HELD[file.held])
    start, end = _wanted(file)
    response = _Answer(content_type=file.media_type)
    response.headers["Content-Disposition"] = attachment(file.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Repr-Digest"] = repr_digest(file.sha256)
    response.set_etag(file.sha256)
    if file.sha256 in request.if_none_match:
        response.status_code = 304
    elif start >= end > 0 or start > end:
        response.status_code = 416
        response.headers["Content-Range"] = f"bytes */{file.size}"
    else:
        if (start, end) != (0, file.size):
            response.status_code = 206
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        response.content_length = end - start
        if request.method != "HEAD":
            _fill(response, file, start, end)
    return response


class _Answer(Response):
    """An answer whose server may send the file by itself, when we are done with it.

    What is noted once an answer has been sent is noted before, then: the server tells nobody when
    it has come to the end, and a slow reader may need an hour for it.
    """

    by_server: Any = None

    def get_app_iter(self, environ: "WSGIEnvironment") -> Any:
        if self.by_server is None or environ["REQUEST_METHOD"] == "HEAD":
            return super().get_app_iter(environ)
        self.close()
        return self.by_server


def _fill(response: _Answer, file: Sendable, start: int, end: int) -> None:
    """By the server where it can (PEP 3333, which stops at the length that is announced)."""
    wrapper = request.environ.get("wsgi.file_wrapper")
    opened = files().open(file.key, file.size) if wrapper else None
    if opened and wrapper:
        opened.seek(start)
        response.by_server = wrapper(opened, _AT_ONCE)
    else:
        response.response = files().read(file.key, start, end)


def hand_over(file: Sendable) -> Response:
    """A large file of the vendor's, sent by the server in front or by the bucket where they can:
    a slow reader then keeps no process of ours. What is asked for again has the same hash, and
    whoever sends it answers for the part that is missing."""
    if file.held:
        abort(_HELD[file.held])
    way, _colon, where = current_app.extensions["sent_by"].partition(":")
    how: Callable[[Sendable, str], Response] = _WAYS.get(way, lambda it, _where: download(it))
    return how(file, where)


def repr_digest(sha256: str) -> str:
    """RFC 9530: of the whole file, also where a part of it is sent."""
    return f"sha-256=:{b64encode(bytes.fromhex(sha256)).decode()}:"


def _by_nginx(file: Sendable, where: str) -> Response:
    """nginx reads the file from the folder itself, in the location of this name. It knows of our
    hash what its configuration passes on, as README has it."""
    if file.sha256 in request.if_none_match:
        return download(file)
    response = Response(content_type=file.media_type)
    response.headers["Content-Disposition"] = attachment(file.name)
    response.headers["X-Accel-Redirect"] = f"{where.rstrip('/')}/{files().path_of(file.key)}"
    response.headers["Repr-Digest"] = repr_digest(file.sha256)
    response.set_etag(file.sha256)
    return response


def _by_bucket(file: Sendable, _where: str) -> Response:
    response = Response(status=307, content_type="text/plain")
    response.headers["Location"] = files().address_of(file.key, request.method)
    response.headers["Repr-Digest"] = repr_digest(file.sha256)
    return response


_WAYS = {"nginx": _by_nginx, "bucket": _by_bucket}


def attachment(name: str) -> str:
    """A Content-Disposition that every browser reads the right name from, and nothing else."""
    folded = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore")
    plain = re.sub(r"[^\w .()+,=@-]", "_", folded.decode(), flags=re.ASCII).strip() or "file"
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def _wanted(file: Sendable) -> tuple[int, int]:
    """The bytes asked for, from the first up to the second; the whole when that is not clear.

    `If-Range` is what keeps a download from being continued with bytes of another file: only the
    very hash of this one counts.
    """
    asked, condition = request.range, request.headers.get("If-Range")
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return 0, file.size
    if condition not in {None, f'"{file.sha256}"'}:
        return 0, file.size
    first, last = asked.ranges[0]
    if first < 0:
        return max(0, file.size + first), file.size
    return first, file.size if last is None else min(last, file.size)
