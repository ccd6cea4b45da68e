"""Answering: with files, from a draft that is kept on the server while it is typed."""

from flask import Blueprint, flash, redirect
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.request_pages.drawing import request_page
from portal.request_pages.finding import find, path_of
from portal.request_pages.forms import REPLY, ReplyForm
from portal.request_pages.rules import draft_key
from portal.service_requests.actions import reply
from portal.service_requests.drafting import drop_draft, keep_draft
from portal.service_requests.models import ServiceRequest
from portal.uploads.attaching import attach_uploads
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.guard import allow, viewer
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_answers", __name__)


@bp.post("/<reference>/replies")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_WITH_FORM)
@receives_files(REPLY)
def answer(reference: str) -> ResponseReturnValue:
    request, form = find(reference), ReplyForm()
    if form.validate():
        try:
            with db().begin_nested():
                path = _answer(request, form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(path, 303)
    return request_page(reference, 422, reply=form)


def _answer(request: ServiceRequest, form: ReplyForm) -> str:
    by, now = viewer(), clock.now()
    sent = submission(db(), form.token.data, by=by.id)
    if not sent.led_to:
        files = attach_uploads(db(), form.files.data, REPLY, by=by, now=now)
        reply(db(), request, form.text.data, files=files, by=by, now=now)
        drop_draft(db(), draft_key(request.id), person_id=by.id)
        sent.led_to = path_of(request)
        flash(_("Your answer is sent."))
    return sent.led_to


@bp.post("/<reference>/draft")
@allow(Permission.REQUESTS_CHANGE)
def keep(reference: str) -> ResponseReturnValue:
    """Asked while somebody types. What is empty is forgotten."""
    request, form, now, me = find(reference), ReplyForm(), clock.now(), viewer().id
    text, files = form.text.data or "", form.files.data
    trouble = ""
    try:
        if text.strip() or files:
            content = {"text": text, "files": files}
            keep_draft(db(), draft_key(request.id), content, person_id=me, now=now)
        else:
            drop_draft(db(), draft_key(request.id), person_id=me)
    except Refused as refusal:
        trouble = explain(refusal)
    kept = now if (text.strip() or files) and not trouble else None
    return page(
        "request_pages/draft.html", request_=request, kept=kept, trouble=trouble, quiet=True
    )


@bp.post("/<reference>/draft/removal")
@allow(Permission.REQUESTS_CHANGE)
def forget(reference: str) -> ResponseReturnValue:
    request = find(reference)
    drop_draft(db(), draft_key(request.id), person_id=viewer().id)
    flash(_("The draft is deleted."))
    return redirect(path_of(request), 303)
