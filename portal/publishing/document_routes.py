"""Documents: added, changed, published and withdrawn."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.models import PublishedDocument
from portal.downloads.rules import DOCUMENT_PREFIX
from portal.publishing.document_forms import (
    ChangeDocumentForm,
    DocumentForm,
    told_in_fields,
)
from portal.publishing.documents import (
    add_document,
    change_document,
    facts_of,
    publish_document,
    withdraw_document,
)
from portal.publishing.fields import receives_file
from portal.publishing.finding import sent_file
from portal.publishing.listing import list_documents
from portal.publishing.telling import document_history
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("publishing_documents", __name__)
PUBLISH = Permission.DOWNLOADS_PUBLISH


@bp.get("/documents")
@allow(PUBLISH, everywhere=True)
def index() -> ResponseReturnValue:
    return page("publishing/documents.html", **list_documents(db(), request.args.get("q", "")))


@bp.get("/documents/new")
@allow(PUBLISH, everywhere=True)
def new() -> ResponseReturnValue:
    return page("publishing/new_document.html", form=DocumentForm())


@bp.post("/documents")
@allow(PUBLISH, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_file
def add() -> ResponseReturnValue:
    form = DocumentForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                with db().begin_nested():
                    made = _add(form)
                sent.led_to = url_for(".show", ref=made.reference)
                flash(_("The draft is saved. Customers see it when it is published."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("publishing/new_document.html", 422, form=form)


@bp.get("/documents/<ref>")
@allow(PUBLISH, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    return _page(_document(ref))


@bp.get("/documents/<ref>/facts")
@allow(PUBLISH, everywhere=True)
def edit(ref: str) -> ResponseReturnValue:
    it = _document(ref)
    return _edit_page(it, ChangeDocumentForm(data=_as_typed(it) | {"version": it.revision}))


@bp.post("/documents/<ref>/facts")
@allow(PUBLISH, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_file
def change(ref: str) -> ResponseReturnValue:
    it, form = _document(ref), ChangeDocumentForm()
    if form.validate():
        try:
            with db().begin_nested():  # refused, its file is there to be sent again
                changed = change_document(
                    db(),
                    it,
                    form.facts(catalogue_of(db())),
                    file_id=sent_file(form),
                    revision=form.version.data,
                    by=viewer(),
                    now=clock.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".show", ref=it.reference), 303)
    return _edit_page(it, form, 422)


@bp.post("/documents/<ref>/publication")
@allow(PUBLISH, everywhere=True)
def publish_it(ref: str) -> ResponseReturnValue:
    return _do(_document(ref), publish_document, _("It is published."))


@bp.post("/documents/<ref>/withdrawal")
@allow(PUBLISH, everywhere=True)
def withdraw_it(ref: str) -> ResponseReturnValue:
    return _do(_document(ref), withdraw_document, _("It is withdrawn. Customers do not see it."))


def _add(form: DocumentForm) -> PublishedDocument:
    file_id = sent_file(form)
    if file_id is None:
        raise Refused(N_("Send the file first."), field="files")
    facts = form.facts(catalogue_of(db()))
    return add_document(db(), facts, file_id=file_id, by=viewer(), now=clock.now())


def _as_typed(it: PublishedDocument) -> dict[str, Any]:
    return told_in_fields(facts_of(it), catalogue_of(db()))


def _edit_page(
    it: PublishedDocument, form: ChangeDocumentForm, status: int = 200
) -> ResponseReturnValue:
    saved = _as_typed(it) if form.overtaken else {}
    return page("publishing/edit_document.html", status, it=it, form=form, saved=saved)


def _do(it: PublishedDocument, deed: Any, done: str) -> ResponseReturnValue:
    try:
        deed(db(), it, by=viewer(), now=clock.now())
    except Refused as refusal:
        form = Form()
        form.refuse(refusal)
        return _page(it, 422, form=form)
    flash(done)
    return redirect(url_for(".show", ref=it.reference), 303)


def _page(
    it: PublishedDocument, status: int = 200, *, form: Form | None = None
) -> ResponseReturnValue:
    models = catalogue_of(db())
    history = document_history(db(), it, models)
    named = [models[each.model_id] for each in it.models]
    form = form or Form()
    return page("publishing/document.html", status, it=it, form=form, models=named, history=history)


def _document(ref: str) -> PublishedDocument:
    it = PublishedDocument
    ask = select(it).options(selectinload(it.models))
    return db().scalars(ask.where(it.id == read_reference(DOCUMENT_PREFIX, ref))).one()
