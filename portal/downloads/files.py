"""Getting a file: who may, on whose word, and what is noted of it."""

from datetime import timedelta

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import What, happened
from portal.base.references import read_reference
from portal.downloads.granting import No, why_not_document, why_not_release
from portal.downloads.here import (
    asker,
    find_release,
    models_here,
    terms_and_whether_accepted,
    told_here,
)
from portal.downloads.rules import DOCUMENT_PREFIX, Audience, Refusal
from portal.downloads.shelf import shelf_of
from portal.downloads.taking import Download, SoftwareTerms, TermsAcceptance
from portal.downloads.values import Document, File, Release
from portal.downloads.wording import refusal_sentence
from portal.web.downloads import hand_over
from portal.web.forms import Form
from portal.web.guard import account, allow, public, viewer
from portal.web.headers import keep_and_ask
from portal.web.locale import label
from portal.web.pages import page
from portal.web.session import db, db_as, open_session

bp = Blueprint("download_files", __name__)
SAME = timedelta(hours=24)  # what goes on within a day is the same download


@bp.get("/releases/<reference>/file")
@allow(Permission.DOWNLOADS_VIEW)
def release(reference: str) -> ResponseReturnValue:
    it = find_release(reference)
    if no := why_not_release(it, models_here(), asker()):
        return _refused(no, url_for("downloads.release", reference=it.reference))
    for terms, accepted in terms_and_whether_accepted(db(), viewer().id):
        if not accepted:
            return _terms(it, terms)
    assert it.file
    return _given(it.file, release=it)


@bp.post("/releases/<reference>/terms")
@allow(Permission.DOWNLOADS_VIEW)
def accept(reference: str) -> ResponseReturnValue:
    """Once for each version of the terms, and on record."""
    it, form = find_release(reference), Form()
    for terms, accepted in terms_and_whether_accepted(db(), viewer().id):
        if request.form.get("terms") != str(terms.id):  # others came into force meanwhile
            return _terms(it, terms, 422, form=form)
        if not accepted:
            noted = TermsAcceptance(terms_id=terms.id, user_id=viewer().id, at=clock.now())
            db().add(noted)
            happened(db(), noted, What.TERMS_ACCEPTED, by=viewer(), terms=terms.id)
    return redirect(url_for(".release", reference=it.reference), 303)


@bp.get("/documents/<reference>/file")
@public
def document(reference: str) -> ResponseReturnValue:
    """What is public is for everyone who has the link; the rest for those who are signed in."""
    here = viewer().account if viewer().is_authenticated else None
    signed_in = here is not None and viewer().may(Permission.DOWNLOADS_VIEW)
    session = db_as(viewer().scope) if signed_in else db()
    known = told_here() if signed_in else shelf_of(session).open_to(None, clock.now())
    it = known.document(read_reference(DOCUMENT_PREFIX, reference))
    if it is None:
        raise NotFound
    if no := why_not_document(it, models_here(), asker() if signed_in else None):
        if not viewer().is_authenticated and it.audience is not Audience.PUBLIC:
            asked: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            return asked
        return _refused(no, url_for("downloads.index"))
    assert it.file
    return _given(it.file, document=it) if signed_in else _sent(it.file)


def _refused(no: No, back: str) -> ResponseReturnValue:
    """Why, and what to do. What is gone for all is gone; the rest may be given another time."""
    gone = no.refusal in {Refusal.WITHDRAWN, Refusal.BLOCKED, Refusal.NO_FILE}
    status = 410 if gone else 409 if no.refusal is Refusal.CHECKED else 403
    title, says = label(no.refusal), refusal_sentence(no)
    return page("downloads/refused.html", status, title=title, says=says, back=back)


def _terms(
    it: Release, terms: SoftwareTerms, status: int = 403, *, form: Form | None = None
) -> ResponseReturnValue:
    """Refused until they are accepted: to what fetches or goes on with a file, a page that came
    with 200 would be the file."""
    return page("downloads/terms.html", status, it=it, terms=terms, form=form or Form())


def _given(
    file: File, *, release: Release | None = None, document: Document | None = None
) -> ResponseReturnValue:
    if request.method == "GET":
        _note(file, release, document)
    return _sent(file)


def _sent(file: File) -> ResponseReturnValue:
    keep_and_ask()  # or browsers would not go on with what was cut off
    return hand_over(file)


def _note(file: File, release: Release | None, document: Document | None) -> None:
    """That somebody took it, once a day: before the first byte, in a transaction that is over by
    then, so that a slow reader holds none."""
    if viewer().kind == "staff":
        return
    now = clock.now()
    mine = Download.file_id == file.id, Download.user_id == viewer().id
    known = select(Download.id).where(*mine, Download.at > now - SAME).limit(1)
    if db().scalars(known).first():
        return
    with open_session(viewer().scope, reading=False) as session:
        # One after the other: a file is taken over several connections at once.
        session.execute(select(User.id).where(User.id == viewer().id).with_for_update())
        if session.scalars(known).first():
            return
        session.add(
            Download(
                account_id=account().id,
                file_id=file.id,
                release_id=release.id if release else None,
                document_id=document.id if document else None,
                user_id=viewer().id,
                at=now,
            )
        )
        session.commit()
