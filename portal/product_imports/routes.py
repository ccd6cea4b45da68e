"""Importing a device list: send it in, see what is in it, register what is right."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.product_imports import actions
from portal.product_imports.finding import find, path_of
from portal.product_imports.forms import ColumnsForm, CommitForm, ImportForm
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.progress import percent_of
from portal.product_imports.queries import imports_listed
from portal.product_imports.report import Report
from portal.product_imports.sentences import sentence
from portal.product_imports.undoing import WITHIN
from portal.web.downloads import files
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain, label
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("product_imports", __name__)
MOST_LISTED = 50
NOTHING = N_("Nothing to register")
# The file, the paste box and what a browser puts around them.
MOST_UPLOADED = actions.MOST_BYTES + 6_000_000


@bp.get("")
@allow(Permission.PRODUCTS_CHANGE)
def new() -> ResponseReturnValue:
    return _new(ImportForm(formdata=None))


@bp.post("")
@allow(Permission.PRODUCTS_CHANGE, most_bytes=MOST_UPLOADED)
@limited("import")
def start() -> ResponseReturnValue:
    if (form := ImportForm()).validate():
        try:
            name, chunks = form.content()
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                by, now = viewer(), clock.now()
                it = actions.start_import(db(), files(), name=name, chunks=chunks, by=by, now=now)
                sent.led_to = path_of(it)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _new(form, 422)


@bp.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """Told beside the field, and not on a page of its own. What was sent has not been read."""
    pasted = (request.content_length or 0) <= MOST_UPLOADED
    return _new(ImportForm.too_large(pasted=pasted), 413)


@bp.get("/<reference>")
@allow(Permission.PRODUCTS_CHANGE)
def show(reference: str) -> ResponseReturnValue:
    return _page(find(reference))


@bp.post("/<reference>/columns")
@allow(Permission.PRODUCTS_CHANGE)
def name_columns(reference: str) -> ResponseReturnValue:
    it = find(reference)
    form = ColumnsForm.of(it)
    try:
        actions.name_columns(db(), it, form.meanings(), by=viewer())
    except Refused as refusal:
        form.refuse(refusal)
        return _page(it, 422, columns=form)
    return redirect(path_of(it), 303)


@bp.post("/<reference>/models")
@allow(Permission.PRODUCTS_CHANGE)
def name_models(reference: str) -> ResponseReturnValue:
    it = find(reference)
    catalogue = catalogue_of(db())
    chosen = {}
    for at, (name, _row, _suggested) in enumerate(it.report.get("unknown_models", [])):
        model = catalogue.named(request.form.get(f"model-{at}", "")[:80])
        if model:
            chosen[name] = model.id
    return _done(it, lambda: actions.name_models(db(), it, chosen, by=viewer()))


@bp.post("/<reference>/registration")
@allow(Permission.PRODUCTS_CHANGE)
def commit(reference: str) -> ResponseReturnValue:
    it = find(reference)
    if it.status in {ImportStatus.COMMITTING, ImportStatus.DONE}:
        return redirect(path_of(it), 303)  # the second of two clicks
    form = CommitForm()
    create_sites = bool(form.create_sites.data) and viewer().may(Permission.SITES_CHANGE)
    correct = bool(form.correct.data)
    return _done(
        it,
        lambda: actions.commit_import(
            db(), it, create_sites=create_sites, correct=correct, by=viewer()
        ),
    )


@bp.post("/<reference>/disposal")
@allow(Permission.PRODUCTS_CHANGE)
def discard(reference: str) -> ResponseReturnValue:
    it = find(reference)
    if it.status is not ImportStatus.DISCARDED:
        try:
            actions.discard_import(it)
        except Refused as refusal:
            form = CommitForm()
            form.refuse(refusal)
            return _page(it, 422, form)
        flash(_("“%(file)s” is discarded. Nothing in it was registered.", file=it.name))
    return redirect(url_for(".new"), 303)


@bp.post("/<reference>/reversal")
@allow(Permission.PRODUCTS_CHANGE)
def undo(reference: str) -> ResponseReturnValue:
    it = find(reference)
    if it.status in {ImportStatus.UNDOING, ImportStatus.UNDONE}:
        return redirect(path_of(it), 303)
    return _done(it, lambda: actions.undo_import(db(), it, by=viewer(), now=clock.now()))


def _done(it: ProductImport, deed: Any) -> ResponseReturnValue:
    try:
        deed()
    except Refused as refusal:
        form = CommitForm()
        form.refuse(refusal)
        return _page(it, 422, form)
    return redirect(path_of(it), 303)


def _new(form: ImportForm, status: int = 200) -> ResponseReturnValue:
    earlier = db().scalars(imports_listed().limit(MOST_LISTED)).all()
    return page("product_imports/new.html", status, form=form, earlier=earlier)


def _page(
    it: ProductImport,
    status: int = 200,
    form: CommitForm | None = None,
    columns: ColumnsForm | None = None,
) -> ResponseReturnValue:
    percent = percent_of(files(), it.id) if it.busy else None
    return page(
        "product_imports/show.html",
        status,
        it=it,
        report=Report.of(it.report),
        form=form or CommitForm(formdata=None),
        columns=columns or ColumnsForm.of(it, formdata=None),
        percent=percent,
        refusal=explain(Refused(it.refusal["message"], **it.refusal["values"]))
        if it.refusal
        else "",
        sentence=sentence,
        catalogue=catalogue_of(db()),
        undo_until=it.committed_at + WITHIN if it.committed_at else None,
        now=clock.now(),
        news="" if it.busy else _(NOTHING) if it.in_vain else label(it.status),
    )
