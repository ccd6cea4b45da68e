"""Tables for spreadsheets: the template of a list, its wrong rows, and what it changes."""

from collections.abc import Iterable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.base.files import StoredFile
from portal.product_imports.columns import EXAMPLE_MAC, EXAMPLE_SERIAL, Field
from portal.product_imports.finding import find
from portal.product_imports.models import ProductImport
from portal.product_imports.report import change_of
from portal.product_imports.returned import columns_of, lines_of, wrong_rows
from portal.products.rules import write_mac
from portal.web.downloads import files
from portal.web.guard import allow
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.session import db
from portal.web.sheets import Column, Kind, send_sheet

bp = Blueprint("import_tables", __name__)


@bp.get("/template.<any(csv, xlsx):format>")
@allow(Permission.PRODUCTS_CHANGE)
def template(format: str) -> ResponseReturnValue:
    """An empty list with the headings that are known, in the reader's language."""
    columns = [Column(label(field)) for field in Field]
    example = (EXAMPLE_SERIAL, write_mac(EXAMPLE_MAC), "Studio X52", "", _("Head office"),
               _("Meeting room 1"), "", "", "", "")  # fmt: skip
    return send_sheet(format, name=_("device-list"), columns=columns, rows=[example])


@bp.get("/<reference>/faults.<any(csv, xlsx):format>")
@allow(Permission.PRODUCTS_CHANGE)
def faults(reference: str, format: str) -> ResponseReturnValue:
    """The wrong rows as they were, with what is wrong with each: to be mended and sent in again."""
    it = find(reference)
    rows = wrong_rows(it, _kept(it))
    return send_sheet(format, name=_("rows-with-faults"), columns=columns_of(it), rows=rows)


@bp.get("/<reference>/changes.<any(csv, xlsx):format>")
@allow(Permission.PRODUCTS_CHANGE)
def changes(reference: str, format: str) -> ResponseReturnValue:
    """What the list changes of registered devices, one line for each thing."""
    it = find(reference)
    columns = [
        Column(_("Row"), Kind.NUMBER),
        Column(_("Device"), Kind.CODE),
        Column(_("What")),
        Column(_("From")),
        Column(_("To")),
    ]
    rows = (
        (change.row, change.device, label(field), before, after)
        for change in map(change_of, lines_of(_kept(it), parts=3))
        for field, before, after in change.changes
    )
    return send_sheet(format, name=_("changes"), columns=columns, rows=rows)


def _kept(it: ProductImport) -> Iterable[bytes]:
    if it.faults_id is None:
        return ()
    return files().read(db().get_one(StoredFile, it.faults_id).key)
