"""What is typed in the form is kept while it is typed, and let go when it is not wanted."""

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.agreements.targets import targets_with
from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.request_opening.actions import waiting_draft
from portal.request_opening.forms import OPENING, OpeningForm
from portal.request_opening.queries import was_sent
from portal.request_opening.rules import DRAFT_KEY
from portal.request_opening.wording import at
from portal.service_requests.drafting import drop_draft, keep_draft
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.guard import allow, viewer
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.session import db

bp = Blueprint("request_drafts", __name__)
FORM = "request_opening.new"


@bp.post("/draft")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_WITH_FORM)
@receives_files(OPENING)
def keep() -> ResponseReturnValue:
    """Asked every ten seconds by the script while somebody types; and by a button."""
    form, asks = OpeningForm(targets=targets_with({})), request.accept_mimetypes.best
    status, says = _keep(form)
    if asks == "application/json":
        return jsonify(says=says), status
    flash(says)
    return redirect(url_for(FORM, draft=1), 303)


@bp.post("/draft/removal")
@allow(Permission.REQUESTS_CHANGE)
def forget() -> ResponseReturnValue:
    drop_draft(db(), DRAFT_KEY, person_id=viewer().id)
    flash(_("The draft is deleted."))
    return redirect(url_for(FORM), 303)


def _keep(form: OpeningForm) -> tuple[int, str]:
    """A draft that was begun elsewhere, or a form that was sent by now, is not written over."""
    me, now, token = viewer().id, clock.now(), str(form.token.data or "")
    kept = waiting_draft(db(), person_id=me)
    if not token or db().scalars(was_sent(me, token)).first():
        return 409, _("It was sent already.")
    if kept and kept.content.get("token") != token:
        when = at(kept.changed_at, now)
        return 409, _("Not saved: you have another draft, from %(time)s.", time=when)
    try:
        keep_draft(db(), DRAFT_KEY, form.kept(), person_id=me, now=now)
    except Refused as refusal:
        return 422, explain(refusal)
    return 200, _("Draft saved %(time)s", time=at(now, now))
