"""Files sent in parts, so that what was cut off goes on where it stopped.

POST makes room and says where; PATCH there adds some more at the offset that is told, as
application/offset+octet-stream; GET and HEAD tell how far it has come; DELETE takes it back. Every
door is there twice: within the account at hand, and for staff who work across accounts.
"""

import re
from tempfile import TemporaryFile

from flask import Blueprint, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from portal.accounts.queries import account_numbered
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_master_account_id
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.words import Refused
from portal.uploads.actions import PIECE, begin_upload, keep_part, keep_whole
from portal.uploads.attaching import take_back
from portal.uploads.forms import listed
from portal.uploads.models import Upload, UploadState
from portal.uploads.queries import upload_of
from portal.uploads.receiving import scanner
from portal.uploads.rules import LARGEST_PART, PURPOSES, SMALLEST_PART, read_size
from portal.uploads.sentences import sentence
from portal.web.downloads import files
from portal.web.guard import PART_OF_A_FILE, allow, viewer
from portal.web.limited import limited
from portal.web.session import db, db_for, open_session

bp = Blueprint("uploads", __name__)
desk_bp = Blueprint("desk_uploads", __name__)
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
# A server that ends the stream itself is asked for one byte more than there is.
_MOST_SENT = LARGEST_PART + 1
_LONGEST_NAME = 2_000  # characters that are looked at


@bp.post("")
@allow(Permission.ACCOUNT_VIEW)
@limited("upload")
def begin() -> ResponseReturnValue:
    return _begin(db())


@bp.get("/<token>")
@allow(Permission.ACCOUNT_VIEW)
def show(token: str) -> ResponseReturnValue:
    return _told(_find(token))


@bp.patch("/<token>")
@allow(Permission.ACCOUNT_VIEW, most_bytes=_MOST_SENT)
def add(token: str) -> ResponseReturnValue:
    return _add(token)


@bp.delete("/<token>")
@allow(Permission.ACCOUNT_VIEW)
def remove(token: str) -> ResponseReturnValue:
    return _remove(token)


@desk_bp.post("/<number>")
@allow(Permission.DESK_VIEW, everywhere=True)
@limited("upload")
def begin_for(number: str) -> ResponseReturnValue:
    return _begin(db_for(account_numbered_id(number)))


@desk_bp.get("/<token>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show_for(token: str) -> ResponseReturnValue:
    return _told(_find(token))


@desk_bp.patch("/<token>")
@allow(Permission.DESK_VIEW, everywhere=True, most_bytes=_MOST_SENT)
def add_for(token: str) -> ResponseReturnValue:
    return _add(token)


@desk_bp.delete("/<token>")
@allow(Permission.DESK_VIEW, everywhere=True)
def remove_for(token: str) -> ResponseReturnValue:
    return _remove(token)


def account_numbered_id(number: str) -> int:
    """Which account a page of staff is about; found before the session knows what it writes for."""
    with open_session(NOBODY, reading=True) as session:
        digits = read_master_account_id(number) or ""
        return session.scalars(account_numbered(digits)).one().id


def _begin(session: ScopedSession) -> ResponseReturnValue:
    for_what = PURPOSES.get(request.form.get("purpose", "")) or abort(422)
    if not viewer().may(for_what.permission):
        abort(403)
    try:
        upload = begin_upload(
            session,
            for_what,
            name=request.form.get("name", "")[:_LONGEST_NAME],
            size=read_size(request.form.get("size", "")),
            modified=_number(request.form.get("modified", "")) or 0,
            by=viewer(),
            now=clock.now(),
        )
    except Refused as refusal:
        return jsonify(says=sentence(refusal)), 422
    response = _told(upload, 201)
    response.headers["Location"] = listed(upload, desk=_at_the_desk()).path
    return response


def _find(token: str) -> Upload:
    """One that the viewer sends, in a session that is closed before anything is received."""
    with open_session(g.scope, reading=True) as session:
        upload = session.scalars(upload_of(token, viewer().id)).one()
        session.expunge(upload)
    if upload.state is UploadState.ATTACHED:
        abort(404)
    return upload


def _add(token: str) -> ResponseReturnValue:
    upload = _find(token)
    start, length = _number(request.headers.get("Upload-Offset", "")), request.content_length
    if request.mimetype != PART_OF_A_FILE:
        abort(415)
    if length is None:
        abort(411)
    if upload.state is not UploadState.SENDING or start != upload.received:
        return _told(upload, 409)
    end = start + length
    if length > LARGEST_PART:
        abort(413)
    if not length or end > upload.size or (length < SMALLEST_PART and end < upload.size):
        abort(400)
    if not _kept(_to_write(upload), upload, start, whole=length == upload.size):
        return _told(_find(token), 409)
    return _told(db().scalars(upload_of(token, viewer().id)).one())


def _kept(session: ScopedSession, upload: Upload, start: int, *, whole: bool) -> bool:
    chunks, now = iter(lambda: request.stream.read(PIECE), b""), clock.now()
    if not whole:
        return keep_part(session, files(), upload, start=start, chunks=chunks, now=now)
    with TemporaryFile() as source:
        for chunk in chunks:
            source.write(chunk)
        if source.tell() != upload.size:
            abort(400)
        return keep_whole(session, files(), scanner(), upload, source, now=now)


def _remove(token: str) -> ResponseReturnValue:
    found = _find(token)
    session = _to_write(found)
    take_back(session, session.get_one(Upload, found.id, with_for_update=True))
    return "", 204


def _to_write(upload: Upload) -> ScopedSession:
    return db_for(upload.account_id) if _at_the_desk() else db()


def _at_the_desk() -> bool:
    return request.blueprint == desk_bp.name


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None


def _told(upload: Upload, status: int = 200) -> Response:
    """How far it has come. A form that was opened before somebody signed in again goes on with
    the new token."""
    it = listed(upload, desk=_at_the_desk())
    response = jsonify(
        token=it.token,
        path=it.path,
        state=it.state,
        offset=upload.received,
        size=it.size,
        says=it.says,
        csrf=generate_csrf(),
    )
    response.status_code = status
    response.headers["Upload-Offset"] = str(upload.received)
    response.headers["Upload-Length"] = str(upload.size)
    return response
