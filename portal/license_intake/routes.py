"""Lists of licenses that staff send in for a customer: checked, looked at, registered."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.license_intake import actions
from portal.license_intake.forms import CommitForm, ImportForm
from portal.license_intake.models import How, ImportStatus, LicenseImport
from portal.license_intake.queries import import_with_id, imports_listed, unclaimed_of_import
from portal.license_intake.rules import MOST_BYTES, PREFIX, Field
from portal.license_intake.sentences import sentence
from portal.licenses.finding import ring
from portal.web.downloads import files
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain, label, ngettext
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db
from portal.web.sheets import Column, send_sheet

bp = Blueprint("license_imports", __name__)
MOST_LISTED = 50
MOST_UPLOADED = MOST_BYTES + 1_000_000
EXAMPLE_KEY = "AAAA-BBBB-CCCC-1234"


@bp.get("")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def new() -> ResponseReturnValue:
    return _new(ImportForm(formdata=None))


@bp.post("")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE, most_bytes=MOST_UPLOADED)
@limited("import")
def start() -> ResponseReturnValue:
    if (form := ImportForm()).validate():
        try:
            name, content = form.content()
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                by, now = viewer(), clock.now()
                it = actions.start_import(
                    db(), files(), ring(), name=name, content=content, by=by, now=now
                )
                sent.led_to = path_of(it)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _new(form, 422)


@bp.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """Told beside the field, and not on a page of its own. What was sent has not been read."""
    form = ImportForm(formdata=None)
    form.refuse(Refused(actions.TOO_LARGE, field="file"))
    return _new(form, 413)


@bp.get("/template.<any(csv, xlsx):format>")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def template(format: str) -> ResponseReturnValue:
    """An empty list with the headings that are known, in the reader's language."""
    columns = [Column(label(each)) for each in Field]
    row = ("Poly Lens Premium", EXAMPLE_KEY, "01.01.2027", "31.12.2027", "50", "4500218834", "", "")
    return send_sheet(format, name=_("list-of-licenses"), columns=columns, rows=[row])


@bp.get("/<reference>")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def show(reference: str) -> ResponseReturnValue:
    return _page(_find(reference))


@bp.post("/<reference>/registration")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def commit(reference: str) -> ResponseReturnValue:
    it, form = _find(reference), CommitForm()
    if it.status in {ImportStatus.COMMITTING, ImportStatus.DONE}:
        return redirect(path_of(it), 303)  # the second of two clicks
    if it.report.get("right") and not form.validate():
        return _page(it, 422, form)
    how = How(form.how.data or How.ACTIVE)
    return _do(it, form, lambda: actions.commit_import(db(), it, how=how, by=viewer()))


@bp.post("/<reference>/disposal")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def discard(reference: str) -> ResponseReturnValue:
    it = _find(reference)
    if it.status is ImportStatus.DISCARDED:
        return redirect(url_for(".new"), 303)
    return _do(it, CommitForm(), lambda: actions.discard_import(db(), it))


@bp.post("/<reference>/withdrawal")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_MANAGE)
def withdraw(reference: str) -> ResponseReturnValue:
    it = _find(reference)
    number = actions.withdraw_unclaimed(db(), it, by=viewer())
    flash(ngettext("%(num)s license is withdrawn.", "%(num)s licenses are withdrawn.", number))
    return redirect(path_of(it), 303)


def path_of(it: LicenseImport) -> str:
    return url_for("license_imports.show", reference=it.reference)


def _find(reference: str) -> LicenseImport:
    number = read_reference(PREFIX, reference) or abort(404)
    return db().scalars(import_with_id(number)).one()


def _do(it: LicenseImport, form: Form, deed: Callable[[], Any]) -> ResponseReturnValue:
    try:
        deed()
    except Refused as refusal:
        form.refuse(refusal)
        return _page(it, 422, form)
    return redirect(path_of(it), 303)


def _new(form: ImportForm, status: int = 200) -> ResponseReturnValue:
    earlier = db().scalars(imports_listed().limit(MOST_LISTED)).all()
    return page("license_intake/new.html", status, form=form, earlier=earlier)


def _page(it: LicenseImport, status: int = 200, form: Form | None = None) -> ResponseReturnValue:
    left = db().scalars(unclaimed_of_import(it.id)).one() if it.how is How.UNCLAIMED else 0
    refused = it.refusal and explain(Refused(it.refusal["message"], **it.refusal["values"]))
    return page(
        "license_intake/show.html",
        status,
        it=it,
        form=form or CommitForm(formdata=None),
        refused=refused or "",
        faults=[sentence(each) for each in it.report.get("faults", [])],
        left=left,
        shown=[
            (name, key, ends and date.fromisoformat(ends), seats)
            for name, key, ends, seats in it.report.get("shown", [])
        ],
        news="" if it.busy else label(it.status),
    )
