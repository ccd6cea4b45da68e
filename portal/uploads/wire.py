"""How a file that is sent in parts is spoken of, whoever it belongs to: an account, or publishers.

What is told of it, when some more of it fits, and how it comes in. Whose it is, and where it is
kept, is said by those who have the doors.
"""

from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from flask import Response, abort, jsonify, request
from flask_wtf.csrf import generate_csrf

from portal.uploads.coming import PIECE
from portal.uploads.forms import Listed
from portal.uploads.models import UploadState
from portal.uploads.rules import LARGEST_PART, SMALLEST_PART, read_size
from portal.web.guard import PART_OF_A_FILE

# A server that ends the stream itself is asked for one byte more than there is.
MOST_SENT = LARGEST_PART + 1
_LONGEST_NAME = 2_000  # characters that are looked at
_LONGEST_NUMBER = 15  # digits


def stated() -> dict[str, Any]:
    """What is said of a file before it comes."""
    return {
        "name": request.form.get("name", "")[:_LONGEST_NAME],
        "size": read_size(request.form.get("size", "")),
        "modified": number(request.form.get("modified", "")) or 0,
    }


def number(text: str) -> int | None:
    return read_size(text) if len(text) <= _LONGEST_NUMBER else None


def part_of(it: Any) -> tuple[int, bool] | None:
    """Where the part that is sent now begins, and whether it is all there is; None where the file
    has come further, or less far, than the sender thinks."""
    start, length = number(request.headers.get("Upload-Offset", "")), request.content_length
    if request.mimetype != PART_OF_A_FILE:
        abort(415)
    if length is None:
        abort(411)
    if it.state is not UploadState.SENDING or start is None or start != it.received:
        return None
    end = start + length
    if length > LARGEST_PART:
        abort(413)
    if not length or end > it.size or (length < SMALLEST_PART and end < it.size):
        abort(400)
    return start, length == it.size


def kept(
    it: Any,
    part: tuple[int, bool],
    keep_part: Callable[[int, Iterable[bytes]], bool],
    keep_whole: Callable[[BinaryIO], bool],
) -> bool:
    """Take it in. False when somebody was quicker."""
    start, whole = part
    chunks = iter(lambda: request.stream.read(PIECE), b"")
    if not whole:
        return keep_part(start, chunks)
    with TemporaryFile() as source:
        for chunk in chunks:
            source.write(chunk)
        if source.tell() != it.size:
            abort(400)
        return keep_whole(source)


def told(it: Any, shown: Listed, status: int = 200) -> Response:
    """How far it has come. A form that was opened before somebody signed in again goes on with
    the new token."""
    response = jsonify(
        token=shown.token,
        path=shown.path,
        state=shown.state,
        offset=it.received,
        size=shown.size,
        says=shown.says,
        csrf=generate_csrf(),
    )
    response.status_code = status
    response.headers["Upload-Offset"] = str(it.received)
    response.headers["Upload-Length"] = str(it.size)
    return response
