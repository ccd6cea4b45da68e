"""Files sent in parts, so that what was cut off goes on where it stopped.

POST makes room and says where; PATCH there adds some more at the offset that is told, as
application/offset+octet-stream; GET and HEAD tell how far it has come; DELETE takes it back. Every
door is there twice: within the account at hand, and for staff who work across accounts.
"""

from flask import Blueprint, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue

from portal.accounts.queries import account_numbered
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_master_account_id
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.words import Refused
from portal.uploads.actions import begin_upload, keep_part, keep_whole
from portal.uploads.attaching import take_back
from portal.uploads.forms import listed
from portal.uploads.models import Upload, UploadState
from portal.uploads.queries import upload_of
from portal.uploads.receiving import scanner
from portal.uploads.rules import PURPOSES
from portal.uploads.sentences import sentence
from portal.uploads.wire import MOST_SENT, kept, part_of, stated, told
from portal.web.downloads import files
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.session import db, db_for, open_session

bp = Blueprint("uploads", __name__)
desk_bp = Blueprint("desk_uploads", __name__)


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
@allow(Permission.ACCOUNT_VIEW, most_bytes=MOST_SENT)
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
@allow(Permission.DESK_VIEW, everywhere=True, most_bytes=MOST_SENT)
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
            **stated(),
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
    part, now = part_of(upload), clock.now()
    if part is None:
        return _told(upload, 409)
    session = _to_write(upload)
    if not kept(
        upload,
        part,
        lambda start, chunks: keep_part(
            session, files(), upload, start=start, chunks=chunks, now=now
        ),
        lambda source: keep_whole(session, files(), scanner(), upload, source, now=now),
    ):
        return _told(_find(token), 409)
    return _told(db().scalars(upload_of(token, viewer().id)).one())


def _remove(token: str) -> ResponseReturnValue:
    found = _find(token)
    session = _to_write(found)
    take_back(session, session.get_one(Upload, found.id, with_for_update=True))
    return "", 204


def _to_write(upload: Upload) -> ScopedSession:
    return db_for(upload.account_id) if _at_the_desk() else db()


def _at_the_desk() -> bool:
    return request.blueprint == desk_bp.name


def _told(upload: Upload, status: int = 200) -> Response:
    return told(upload, listed(upload, desk=_at_the_desk()), status)
