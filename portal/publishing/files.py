"""Doors for publishers' files, which speak as those of `uploads`, so that one script knows both."""

from tempfile import TemporaryFile

from flask import Blueprint, Response, abort, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.publishing.fields import listed
from portal.publishing.models import Incoming
from portal.publishing.receiving import begin, incoming_of, keep_part, keep_whole, take_back
from portal.uploads.actions import PIECE
from portal.uploads.models import UploadState
from portal.uploads.receiving import scanner
from portal.uploads.rules import LARGEST_PART, SMALLEST_PART, read_size
from portal.uploads.sentences import sentence
from portal.web.downloads import files
from portal.web.guard import PART_OF_A_FILE, allow, viewer
from portal.web.limited import limited
from portal.web.session import db, open_session

bp = Blueprint("publishing_files", __name__)
_MOST_SENT = LARGEST_PART + 1
_LONGEST_NAME = 2_000


@bp.post("")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
@limited("upload")
def start() -> ResponseReturnValue:
    try:
        it = begin(
            db(),
            name=request.form.get("name", "")[:_LONGEST_NAME],
            size=read_size(request.form.get("size", "")),
            modified=read_size(request.form.get("modified", "")) or 0,
            by=viewer(),
            now=clock.now(),
        )
    except Refused as refusal:
        return jsonify(says=sentence(refusal)), 422
    response = _told(it, 201)
    response.headers["Location"] = url_for(".show", token=it.token)
    return response


@bp.get("/<token>")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
def show(token: str) -> ResponseReturnValue:
    return _told(_find(token))


@bp.patch("/<token>")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True, most_bytes=_MOST_SENT)
def add(token: str) -> ResponseReturnValue:
    it = _find(token)
    length = request.content_length
    offset = read_size(request.headers.get("Upload-Offset", ""))
    if request.mimetype != PART_OF_A_FILE:
        abort(415)
    if length is None:
        abort(411)
    if it.state is not UploadState.SENDING or offset != it.received:
        return _told(it, 409)
    end = offset + length
    if length > LARGEST_PART:
        abort(413)
    if not length or end > it.size or (length < SMALLEST_PART and end < it.size):
        abort(400)
    if not _kept(it, offset, whole=length == it.size):
        return _told(_find(token), 409)
    return _told(db().scalars(incoming_of(token, viewer().id)).one())


@bp.delete("/<token>")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
def remove(token: str) -> ResponseReturnValue:
    found = _find(token)
    take_back(db(), db().get_one(Incoming, found.id, with_for_update={"of": Incoming}))
    return "", 204


def _kept(it: Incoming, start: int, *, whole: bool) -> bool:
    chunks, now = iter(lambda: request.stream.read(PIECE), b""), clock.now()
    if not whole:
        return keep_part(db(), files(), it, start=start, chunks=chunks, now=now)
    with TemporaryFile() as source:
        for chunk in chunks:
            source.write(chunk)
        if source.tell() != it.size:
            abort(400)
        return keep_whole(db(), files(), scanner(), it, source, now=now)


def _find(token: str) -> Incoming:
    """One that the viewer sends, in a session that is closed before anything is received."""
    with open_session(g.scope, reading=True) as session:
        it = session.scalars(incoming_of(token, viewer().id)).one()
        session.expunge(it)
    if it.state is UploadState.ATTACHED:
        abort(404)
    return it


def _told(it: Incoming, status: int = 200) -> Response:
    shown = listed(it)
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
