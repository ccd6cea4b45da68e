"""Documents, and the terms that software is given on."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.base import clock
from portal.base.access import Permission
from portal.base.bilingual import lines_of
from portal.base.history import What, happened
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.naming import models_named
from portal.desk.history import told
from portal.downloads.models import PublishedDocument
from portal.downloads.rules import DOCUMENT_LANGUAGES, DOCUMENT_PREFIX, Audience, DocumentKind
from portal.downloads.taking import SoftwareTerms
from portal.downloads.wording import language_name
from portal.publishing.documents import (
    DocumentFacts,
    add_document,
    publish_document,
    withdraw_document,
)
from portal.publishing.fields import IncomingField, receives_file
from portal.publishing.finding import sent_file
from portal.publishing.listing import list_documents
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.fields import DayField
from portal.web.forms import CreatingForm, Form, choices_of
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("publishing_documents", __name__)
PUBLISH = Permission.DOWNLOADS_PUBLISH


class DocumentForm(CreatingForm):
    kind = SelectField(_l("Kind"))
    title = StringField(_l("Title"), [InputRequired(_l("Enter a title."))])
    language = SelectField(_l("Language"))
    printed = StringField(_l("Version"))
    part_number = StringField(_l("Part number"))
    issued_on = DayField(_l("Date"))
    audience = SelectField(_l("For whom"))
    models = TextAreaField(
        _l("Models"), description=_l("One on each line, by name or part number.")
    )
    files = IncomingField(_l("File"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices_of(DocumentKind)
        self.audience.choices = choices_of(Audience)
        codes = DOCUMENT_LANGUAGES
        self.language.choices = [SelectChoice(code, language_name(code)) for code in codes]


class TermsForm(CreatingForm):
    text_nb = TextAreaField(
        _l("In Norwegian"),
        [InputRequired(_l("Write the terms in both languages.")), Length(max=100_000)],
    )
    text_en = TextAreaField(
        _l("In English"),
        [InputRequired(_l("Write the terms in both languages.")), Length(max=100_000)],
    )


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


@bp.post("/documents/<ref>/publication")
@allow(PUBLISH, everywhere=True)
def publish_it(ref: str) -> ResponseReturnValue:
    return _do(_document(ref), publish_document, _("It is published."))


@bp.post("/documents/<ref>/withdrawal")
@allow(PUBLISH, everywhere=True)
def withdraw_it(ref: str) -> ResponseReturnValue:
    return _do(_document(ref), withdraw_document, _("It is withdrawn. Customers do not see it."))


@bp.get("/terms")
@allow(PUBLISH, everywhere=True)
def terms() -> ResponseReturnValue:
    newest = _terms()
    told = {"text_nb": newest.text_nb, "text_en": newest.text_en} if newest else {}
    return page("publishing/terms.html", form=TermsForm(data=told), newest=newest)


@bp.post("/terms")
@allow(PUBLISH, everywhere=True)
def state_terms() -> ResponseReturnValue:
    """Another version, which everyone is asked to accept anew."""
    form = TermsForm()
    if not form.validate():
        return page("publishing/terms.html", 422, form=form, newest=_terms())
    sent = submission(db(), form.token.data, by=viewer().id)
    if not sent.led_to:
        nb, en = lines_of(form.text_nb.data), lines_of(form.text_en.data)
        it = SoftwareTerms(text_nb=nb, text_en=en, since=clock.now())
        db().add(it)
        happened(db(), it, What.PUBLISHED, by=viewer())
        sent.led_to = url_for(".terms")
        flash(_("The terms are in force. Everyone is asked to accept them at the next download."))
    return redirect(sent.led_to, 303)


def _terms() -> SoftwareTerms | None:
    ask = select(SoftwareTerms).order_by(SoftwareTerms.since.desc(), SoftwareTerms.id.desc())
    return db().scalars(ask.limit(1)).first()


def _add(form: DocumentForm) -> PublishedDocument:
    facts = DocumentFacts(
        kind=DocumentKind(form.kind.data),
        title=form.title.data,
        language=form.language.data,
        version=form.printed.data or "",
        part_number=form.part_number.data or "",
        issued_on=form.issued_on.data,
        audience=Audience(form.audience.data),
        models=models_named(form.models.data or "", catalogue_of(db())),
    )
    file_id = sent_file(form)
    if file_id is None:
        raise Refused(N_("Send the file first."), field="files")
    return add_document(db(), facts, file_id=file_id, by=viewer(), now=clock.now())


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
    models, history = catalogue_of(db()), told(db(), it, {})
    named = [models[each.model_id] for each in it.models]
    form = form or Form()
    return page("publishing/document.html", status, it=it, form=form, models=named, history=history)


def _document(ref: str) -> PublishedDocument:
    it = PublishedDocument
    ask = select(it).options(selectinload(it.models))
    return db().scalars(ask.where(it.id == read_reference(DOCUMENT_PREFIX, ref))).one()
