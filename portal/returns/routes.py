"""What customers ask and say about a device that is sent back or destroyed, each on a page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import Refused
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage
from portal.returns.certifying import may_be_certified, send_certificate
from portal.returns.correcting import already, keep_the_other, may_be_corrected
from portal.returns.extending import ask_for_more_time
from portal.returns.forms import CERTIFICATES, CertificateForm, CorrectionForm, ExtensionForm
from portal.returns.queries import last_certificate, open_extension
from portal.returns.reaching import find_return
from portal.returns.receiving import awaited_numbers
from portal.returns.rules import Answer
from portal.returns.wording import moved_sentence
from portal.uploads.attaching import attach_uploads
from portal.uploads.receiving import receives_files
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.downloads import download
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("returns", __name__)
Deed = Callable[[ScopedSession, Replacement, Doer, datetime], str | None]


@bp.get("/<reference>/extension")
@allow(Permission.REPLACEMENTS_CHANGE)
def more_time(reference: str) -> ResponseReturnValue:
    return _extension(find_return(reference), ExtensionForm(), 200)


@bp.post("/<reference>/extension")
@allow(Permission.REPLACEMENTS_CHANGE)
def ask_more_time(reference: str) -> ResponseReturnValue:
    form = ExtensionForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> str:
        asked, reason = form.until.data, form.reason.data or ""
        made = ask_for_more_time(session, it, asked, reason, by=by, now=now)
        return f"{told} {moved_sentence(asked, made.until, asks=True)}".strip()

    told = _("We have your request, and answer it as soon as we can. Nothing is charged meanwhile.")
    return _do(reference, form, deed, _extension, told)


@bp.get("/<reference>/correction")
@allow(Permission.REPLACEMENTS_CHANGE)
def other_device(reference: str) -> ResponseReturnValue:
    it = find_return(reference)
    known = {"serial_number": it.wrong_serial_number}
    first = CorrectionForm(destroys=it.retain_and_destroy, formdata=None, data=known)
    return _correction(it, first, 200)


@bp.post("/<reference>/correction")
@allow(Permission.REPLACEMENTS_CHANGE)
def correct(reference: str) -> ResponseReturnValue:
    form = CorrectionForm(destroys=find_return(reference).retain_and_destroy)

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> str:
        changed = keep_the_other(session, it, form.serial_number.data or "", by=by, now=now)
        return "" if changed else _(already(it))

    return _do(reference, form, deed, _correction, _("It is corrected."))


@bp.get("/<reference>/certificate")
@allow(Permission.REPLACEMENTS_CHANGE)
def certify(reference: str) -> ResponseReturnValue:
    it = find_return(reference)
    known = {"serial_number": next(iter(awaited_numbers(db(), it)), "")}
    return _certificate(it, CertificateForm(formdata=None, data=known), 200)


@bp.post("/<reference>/certificate")
@allow(Permission.REPLACEMENTS_CHANGE, most_bytes=MOST_WITH_FORM)
@receives_files(CERTIFICATES)
def send(reference: str) -> ResponseReturnValue:
    form = CertificateForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer, now: datetime) -> None:
        sent = attach_uploads(session, form.files.data, CERTIFICATES, by=by, now=now)
        send_certificate(session, it, form.certified(), sent[0] if sent else None, by=by, now=now)

    told = _("Thank you. We look at the certificate, and tell you when it is accepted.")
    return _do(reference, form, deed, _certificate, told)


@bp.get("/<reference>/certificate/file")
@allow(Permission.REPLACEMENTS_VIEW)
def certificate_file(reference: str) -> Response:
    sent = db().scalars(last_certificate(find_return(reference).id)).one_or_none()
    return download(sent.file) if sent else abort(404)


def _do(
    reference: str,
    form: Form,
    deed: Deed,
    again: Callable[[Replacement, Any, int], Response],
    told: str,
) -> ResponseReturnValue:
    it = find_return(reference)
    if form.validate():
        try:
            with db().begin_nested():
                said = deed(db(), it, viewer(), clock.now()) or told
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(said)
            return redirect(url_for("replacements.show", reference=it.reference), 303)
    db().expire_all()
    return again(find_return(reference), form, 422)


def _extension(it: Replacement, form: ExtensionForm, status: int) -> Response:
    ready = it.returned is ReturnStage.LABEL_READY and it.liability is Liability.AT_RISK
    waits = db().scalars(open_extension(it.id)).first() is not None
    return page("returns/extension.html", status, it=it, form=form, open=ready, waits=waits)


def _correction(it: Replacement, form: CorrectionForm, status: int) -> Response:
    return page("returns/correction.html", status, it=it, form=form, open=may_be_corrected(it))


def _certificate(it: Replacement, form: CertificateForm, status: int) -> Response:
    sent, ready = db().scalars(last_certificate(it.id)).one_or_none(), may_be_certified(it)
    waits = sent is not None and sent.answer is Answer.OPEN
    shown = {"open": ready, "waits": waits, "corrects": may_be_corrected(it)}
    return page("returns/certificate.html", status, it=it, form=form, **shown)
