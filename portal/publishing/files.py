"""Doors for publishers' files, which speak as those of `uploads`, so that one script knows both."""

from flask import Blueprint, Response, abort, g, jsonify, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.publishing.fields import listed
from portal.publishing.models import Incoming
from portal.publishing.receiving import begin, incoming_of, keep_part, keep_whole, take_back
from portal.uploads.models import UploadState
from portal.uploads.receiving import scanner
from portal.uploads.sentences import sentence
from portal.uploads.wire import MOST_SENT, kept, part_of, stated, told
from portal.web.downloads import files
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.session import db, open_session

bp = Blueprint("publishing_files", __name__)


@bp.post("")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
@limited("upload")
def start() -> ResponseReturnValue:
    try:
        it = begin(db(), **stated(), by=viewer(), now=clock.now())
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
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True, most_bytes=MOST_SENT)
def add(token: str) -> ResponseReturnValue:
    it = _find(token)
    part, now = part_of(it), clock.now()
    if part is None:
        return _told(it, 409)
    if not kept(
        it,
        part,
        lambda start, chunks: keep_part(db(), files(), it, start=start, chunks=chunks, now=now),
        lambda source: keep_whole(db(), files(), scanner(), it, source, now=now),
    ):
        return _told(_find(token), 409)
    return _told(db().scalars(incoming_of(token, viewer().id)).one())


@bp.delete("/<token>")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
def remove(token: str) -> ResponseReturnValue:
    found = _find(token)
    take_back(db(), db().get_one(Incoming, found.id, with_for_update={"of": Incoming}))
    return "", 204


def _find(token: str) -> Incoming:
    """One that the viewer sends, in a session that is closed before anything is received."""
    with open_session(g.scope, reading=True) as session:
        it = session.scalars(incoming_of(token, viewer().id)).one()
        session.expunge(it)
    if it.state is UploadState.ATTACHED:
        abort(404)
    return it


def _told(it: Incoming, status: int = 200) -> Response:
    return told(it, listed(it), status)
