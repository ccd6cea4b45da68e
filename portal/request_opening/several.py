"""Several requests at once, from a file or from rows that are pasted."""

import io
from dataclasses import replace
from typing import Any, BinaryIO

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.request_opening.actions import open_requests
from portal.request_opening.finding import Device, devices_known_as
from portal.request_opening.forms import SeveralForm
from portal.request_opening.queries import phone_of
from portal.request_opening.rows import COLUMNS, NOTHING, Column, Fault, Row, read_rows, written
from portal.request_opening.rules import MOST_AT_ONCE
from portal.request_opening.saying import contact_of
from portal.service_requests.deeds import promised
from portal.service_requests.opening import Opening
from portal.service_requests.rules import About
from portal.web.formats import phone
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db
from portal.web.sheets import Column as Heading
from portal.web.sheets import send_sheet

bp = Blueprint("several_requests", __name__)
MOST_BYTES = 5_000_000
Checked = list[tuple[Row, Device | None]]
_UNKNOWN = N_("We do not find this device among yours.")
_SEVERAL = N_("This may be several devices. Write the serial number.")


@bp.get("/several")
@allow(Permission.REQUESTS_CHANGE)
def new() -> ResponseReturnValue:
    form = SeveralForm(formdata=None, targets=_targets())
    if viewer().kind != "staff":
        form.contact_name.data, form.contact_phone.data = viewer().name, phone(_own_phone())
    return _page(form)


@bp.post("/several/preview")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_BYTES)
@limited("upload")
def preview() -> ResponseReturnValue:
    """What the rows come to, and what is wrong with them. Nothing is opened."""
    form = SeveralForm(targets=_targets())
    rows, checked, faults = _read(form)
    whole = form.validate() and not faults and rows
    if rows and isinstance(form.file.data, FileStorage) and form.file.data.filename:
        form.rows.data = written(rows)  # to be corrected here, or sent without the file
    return _page(form, 200 if whole else 422, checked=checked if whole else [], faults=faults)


@bp.post("/several/faults.<any(csv, xlsx):format>")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_BYTES)
def faults(format: str) -> ResponseReturnValue:
    """The wrong rows as they were, with what is wrong with each: to be mended and sent in again."""
    form = SeveralForm(targets=_targets())
    rows, _checked, found = _read(form)
    if form.wrong:
        form.refuse(form.wrong)
        return _page(form, 422)
    wrong: dict[int, list[str]] = {}
    for it in found:
        where = f"{_(COLUMNS[it.column])}: " if it.column is not None else ""
        wrong.setdefault(it.row, []).append(where + _(it.message, **it.values))
    columns = [Heading(_(name)) for name in (*COLUMNS, N_("Fault"))]
    told = [
        (it.device, it.subject, it.text, " ".join(wrong[it.number]))
        for it in rows
        if it.number in wrong
    ]
    return send_sheet(format, name=_("rows-with-faults"), columns=columns, rows=told)


@bp.post("/several")
@allow(Permission.REQUESTS_CHANGE, most_bytes=MOST_BYTES)
def send() -> ResponseReturnValue:
    """Open them all, or none of them."""
    form = SeveralForm(targets=_targets())
    _rows, checked, faults = _read(form)
    if form.validate() and checked and not faults:
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                asked = _asked(form, checked)
                first = open_requests(db(), asked, by=viewer(), now=clock.now())[0]
                sent.led_to = url_for("request_opening.receipt", reference=first.reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(form, 422, faults=faults)


def _read(form: SeveralForm) -> tuple[list[Row], Checked, list[Fault]]:
    """The rows with their devices, and everything that is wrong with them."""
    try:
        rows = read_rows(_table(form))
    except Refused as refusal:
        form.wrong = refusal
        return [], [], []
    sees = viewer().may(Permission.PRODUCTS_VIEW)
    known = devices_known_as(db(), [it.device for it in rows]) if sees else {}
    checked: Checked = []
    faults = [fault for it in rows for fault in it.faults()]
    for it in rows:
        found = known.get(it.device, [])
        if it.device and len(found) != 1:
            wrong = _SEVERAL if found else _UNKNOWN
            faults.append(Fault(it.number, Column.DEVICE, wrong, it.device))
        checked.append((it, found[0] if found and it.device else None))
    form.faulty = bool(faults)
    return rows, checked, sorted(faults, key=lambda it: (it.row, it.column is None, it.column or 0))


def _table(form: SeveralForm) -> BinaryIO:
    file = form.file.data
    if isinstance(file, FileStorage) and file.filename:
        return io.BytesIO(file.stream.read(MOST_BYTES))
    if not form.rows.data.strip():
        raise Refused(NOTHING, field="file")
    return io.BytesIO(form.rows.data.encode("utf-8", "replace"))


def _asked(form: SeveralForm, checked: Checked) -> list[Opening]:
    said = Opening(
        subject="",
        text="",
        about=About(form.about.data),
        severity=Severity(form.severity.data),
        contact=contact_of(form, _own_phone()),
    )
    return [
        replace(said, subject=it.subject, text=it.text, product_id=device.id if device else None)
        for it, device in checked
    ]


def _targets() -> dict[str, int]:
    return promised(db(), account().id, clock.now())


def _own_phone() -> str:
    return db().scalars(phone_of(viewer().id)).first() or ""


def _page(form: SeveralForm, status: int = 200, **context: Any) -> ResponseReturnValue:
    told = {"checked": [], "faults": [], "columns": COLUMNS, "most": MOST_AT_ONCE}
    return page("request_opening/several.html", status, form=form, **told | context)
