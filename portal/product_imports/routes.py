"""Importing a device list: send it in, see what is in it, register what is right."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.files import StoredFile
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.product_imports import actions
from portal.product_imports.columns import Field
from portal.product_imports.faults import Fault
from portal.product_imports.forms import CommitForm, ImportForm
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.progress import percent_of
from portal.product_imports.queries import import_with_id, imports_listed
from portal.product_imports.report import Report
from portal.product_imports.sentences import in_a_cell, sentence
from portal.web.downloads import files
from portal.web.guard import allow, viewer
from portal.web.locale import explain, label
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db
from portal.web.sheets import Column, send_sheet

bp = Blueprint("product_imports", __name__)
MOST_LISTED = 10
# The file, the paste box and what a browser puts around them.
MOST_UPLOADED = actions.MOST_BYTES + 6_000_000


@bp.get("")
@allow(Permission.PRODUCTS_CHANGE)
def new() -> ResponseReturnValue:
    return _new(ImportForm(formdata=None))


@bp.post("")
@allow(Permission.PRODUCTS_CHANGE, most_bytes=MOST_UPLOADED)
def start() -> ResponseReturnValue:
    form = ImportForm()
    if form.validate():
        try:
            name, chunks = form.content()
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                it = actions.start_import(
                    db(), files(), name=name, chunks=chunks, by=viewer(), now=clock.now()
                )
                sent.led_to = path_of(it)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _new(form, 422)


@bp.get("/template.<any(csv, xlsx):format>")
@allow(Permission.PRODUCTS_CHANGE)
def template(format: str) -> ResponseReturnValue:
    """An empty list with the headings that are known, in the reader's language."""
    columns = [Column(label(field)) for field in Field]
    example = ("8G18256D07EFEN", "64:16:7F:34:57:1E", "Studio X52", "", _("Head office"),
               _("Meeting room 1"), "", "", "", "")  # fmt: skip
    return send_sheet(format, name=_("device-list"), columns=columns, rows=[example])


@bp.get("/<reference>")
@allow(Permission.PRODUCTS_CHANGE)
def show(reference: str) -> ResponseReturnValue:
    return _page(find(reference))


@bp.post("/<reference>/columns")
@allow(Permission.PRODUCTS_CHANGE)
def name_columns(reference: str) -> ResponseReturnValue:
    it = find(reference)
    named = [request.form.get(f"column-{at}", "") for at in range(len(it.headings))]
    fields = [Field(name) if name in set(Field) else None for name in named]
    return _done(it, lambda: actions.name_columns(db(), it, fields, by=viewer()))


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
    create_sites = bool(CommitForm().create_sites.data)
    return _done(
        it, lambda: actions.commit_import(db(), it, create_sites=create_sites, by=viewer())
    )


@bp.post("/<reference>/reversal")
@allow(Permission.PRODUCTS_CHANGE)
def undo(reference: str) -> ResponseReturnValue:
    it = find(reference)
    if it.status in {ImportStatus.UNDOING, ImportStatus.UNDONE}:
        return redirect(path_of(it), 303)
    return _done(it, lambda: actions.undo_import(db(), it, by=viewer(), now=clock.now()))


@bp.get("/<reference>/faults.<any(csv, xlsx):format>")
@allow(Permission.PRODUCTS_CHANGE)
def faults(reference: str, format: str) -> ResponseReturnValue:
    """The wrong rows as they were, with what is wrong with each: to be mended and sent in again."""
    it = find(reference)
    if it.faults_id is None:
        abort(404)
    names = [name or str(at + 1) for at, name in enumerate(it.headings)]
    columns = [Column(name) for name in [*names, _("Fault")]]
    rows = _wrong_rows(db(), it.faults_id, len(names))
    return send_sheet(format, name=_("rows-with-faults"), columns=columns, rows=rows)


def find(reference: str) -> ProductImport:
    import_id = read_reference("I", reference) or abort(404)
    return db().scalars(import_with_id(import_id)).one()


def path_of(it: ProductImport) -> str:
    return url_for("product_imports.show", reference=it.reference)


def _wrong_rows(session: ScopedSession, file_id: int, width: int) -> Iterator[list[str]]:
    rest = b""
    for chunk in files().read(session.get_one(StoredFile, file_id).key):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            cells, found = json.loads(line)
            shown = (cells + [""] * width)[:width]
            yield [*shown, in_a_cell(Fault.of(it) for it in found)]


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
    it: ProductImport, status: int = 200, form: CommitForm | None = None
) -> ResponseReturnValue:
    percent = percent_of(files(), it.id) if it.busy else None
    return page(
        "product_imports/show.html",
        status,
        it=it,
        report=Report.of(it.report),
        form=form or CommitForm(formdata=None),
        percent=percent,
        refusal=explain(Refused(it.refusal["message"], **it.refusal["values"]))
        if it.refusal
        else "",
        sentence=sentence,
        catalogue=catalogue_of(db()),
        Field=Field,
        now=clock.now(),
        news="" if it.busy else label(it.status),
    )
