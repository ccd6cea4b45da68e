"""The desk's page of one service request: read, answered, noted on."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.activity.looks import looked_at
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.replacements.of_request import way_to_ask
from portal.request_desk.deed_list import deeds_of
from portal.request_desk.drafting import ANSWER, NOTE, forget_draft, keep_draft
from portal.request_desk.filling import fill, language_of, reader_of
from portal.request_desk.forms import ANSWERS, NOTES, AnswerForm, NoteForm
from portal.request_desk.held_answers import answers_of
from portal.request_desk.holding_back import hold_unless_unread
from portal.request_desk.news import no_news
from portal.request_desk.reaching import account_of, find_to_write, id_of, path_of
from portal.request_desk.showing import look, show_desk
from portal.request_desk.wording import WORDS
from portal.request_pages.drawing import replaced_in
from portal.request_pages.parts import place_asked
from portal.service_requests.actions import reply
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import file_with_id
from portal.service_requests.rules import Status, Who, may_go
from portal.uploads.attaching import attach_uploads
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.downloads import download
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("request_desk", __name__)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    return show_page(db(), ref)


@bp.post("/<ref>/messages")
@allow(Permission.REQUESTS_WORK, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_files(ANSWERS, account_of=account_of)
def answer(ref: str) -> ResponseReturnValue:
    """Write to the customer, and move the request in the same act."""
    session, it = find_to_write(ref)
    form = AnswerForm()
    form.offer(it)
    if form.validate():
        try:
            sent = submission(session, form.token.data, by=viewer().id)
            if not sent.led_to:
                with session.begin_nested():
                    _answer(session, it, form)
                sent.led_to = path_of(it)
                flash(_("Your answer is sent to the customer."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return show_page(session, ref, 422, form=form)


def _answer(session: ScopedSession, it: ServiceRequest, form: AnswerForm) -> None:
    by, now, moves = viewer(), clock.now(), form.goes_to
    it = hold_unless_unread(session, it, form.heard.data, by=by)
    reply(
        session,
        it,
        form.text.data or "",
        status=moves,
        waiting_for=(form.waiting_for.data or "") if moves else "",
        version=form.version.data if moves else None,
        files=attach_uploads(session, form.files.data, ANSWERS, by=by, now=now),
        by=by,
        now=now,
    )
    forget_draft(session, it, ANSWER, person_id=by.id, now=now)


@bp.post("/<ref>/notes")
@allow(Permission.REQUESTS_WORK, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_files(NOTES, name="note_files", account_of=account_of)
def note(ref: str) -> ResponseReturnValue:
    """Write what only staff see. It has an address of its own: no field makes one the other."""
    session, it = find_to_write(ref)
    form = NoteForm()
    form.offer(it)
    if form.validate():
        try:
            sent = submission(session, form.token.data, by=viewer().id)
            if not sent.led_to:
                with session.begin_nested():
                    _note(session, it, form)
                sent.led_to = path_of(it)
                flash(_("The internal note is saved. Only staff see it."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            refusal.field = "note" if refusal.field == "text" else refusal.field
            form.refuse(refusal)
    return show_page(session, ref, 422, form=form)


def _note(session: ScopedSession, it: ServiceRequest, form: NoteForm) -> None:
    by, now, sent = viewer(), clock.now(), form.note_files.data
    files = attach_uploads(session, sent, NOTES, by=by, now=now, field="note_files")
    reply(session, it, form.note.data or "", internal=True, files=files, by=by, now=now)
    forget_draft(session, it, NOTE, person_id=by.id, now=now)


@bp.post("/<ref>/draft")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def save_draft(ref: str) -> ResponseReturnValue:
    """Keep what is being written, while it is."""
    session, it = find_to_write(ref)
    said = _said()
    keep_draft(session, it, said, person_id=viewer().id, now=clock.now())
    return page("request_desk/draft.html", it=it, now=clock.now(), of="note" in said)


@bp.post("/<ref>/insertion")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def insert(ref: str) -> ResponseReturnValue:
    """Put a standard answer into the answer that is being written, which is kept as a draft."""
    session, it = find_to_write(ref)
    said, now, chosen = _said(), clock.now(), request.form.get("answer", "")
    answer = answers_of(session).get(int(chosen) if chosen.isdecimal() else 0)
    if answer is not None:
        reader = reader_of(session, it)
        text = fill(answer, it, reader, agent=viewer().name, now=now)
        said["text"] = "\n\n".join(filter(None, (said.get("text", "").rstrip(), text)))
        stays = it.status is answer.goes_to is Status.WAITING_FOR_CUSTOMER
        if answer.goes_to and (stays or may_go(it.status, answer.goes_to, Who.STAFF)):
            said["status"] = answer.goes_to.value
            said["waiting_for"] = answer.waits_for(language_of(reader))
    keep_draft(session, it, said, person_id=viewer().id, now=now)
    return redirect(url_for(".show", ref=it.reference, inserted=1, _anchor="reply"), 303)


def _said() -> dict[str, str]:
    sent = request.form
    return {name: sent[name].replace("\0", "") for name in (*ANSWER, *NOTE) if name in sent}


@bp.get(f"/<ref>/files/<int(max={LARGEST}):file_id>")
@allow(Permission.DESK_VIEW, everywhere=True)
def file(ref: str, file_id: int) -> ResponseReturnValue:
    return download(db().scalars(file_with_id(id_of(ref), file_id)).one().file)


def show_page(
    session: ScopedSession, ref: str, status: int = 200, form: Any = None
) -> ResponseReturnValue:
    looked = look(session, ref, person_id=viewer().id)
    it, draft, place = looked.request, looked.draft, place_asked(request.args)
    looked_at(it.account_id, "service_request", it.id)
    answering = form if isinstance(form, AnswerForm) else _answering(it, draft)
    noting = form if isinstance(form, NoteForm) else _noting(it, draft)
    desk = show_desk(session, looked, person_id=viewer().id, now=clock.now(), place=place)
    if answering.heard.data is None:
        answering.heard.data = desk.it.part.heard_by_staff
    return page(
        "request_desk/show.html",
        status,
        desk=desk,
        it=it,
        form=form,
        answering=answering,
        noting=noting,
        internal=isinstance(form, NoteForm) or request.args.get("write") == "note",
        deeds_of=deeds_of,
        no_news=no_news,
        replaced=replaced_in(looked),
        way_to_ask=way_to_ask(it),
        **WORDS,
    )


def _answering(it: ServiceRequest, draft: dict[str, str]) -> AnswerForm:
    told = {name: draft.get(name, "") for name in ANSWER}
    form = AnswerForm(formdata=None, data=told | {"version": it.version})
    form.offer(it)
    return form


def _noting(it: ServiceRequest, draft: dict[str, str]) -> NoteForm:
    form = NoteForm(formdata=None, data={"note": draft.get("note", "")})
    form.offer(it)
    return form
