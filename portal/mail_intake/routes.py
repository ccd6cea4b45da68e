"""Mails that came: staff who work with requests look, and decide about what was set aside."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import N_, Refused
from portal.mail_intake.deciding import attach_mail, discard_mail
from portal.mail_intake.drawing import mail_page, mail_with, request_called
from portal.mail_intake.forms import AttachForm, DiscardForm
from portal.mail_intake.models import InboundMail
from portal.mail_intake.queries import View, mails_in
from portal.service_requests.models import ServiceRequest
from portal.uploads.receiving import scanner
from portal.web.downloads import files
from portal.web.formats import date_and_time
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db, db_for

bp = Blueprint("mail_intake", __name__)
LONGEST = 200  # characters of a search
NEWEST = Order((InboundMail.id,), descending=True)
ONE = "/<int(max=2147483647):mail_id>"
TOO_LATE = N_("Somebody has decided about this e-mail before you.")
NO_SUCH = N_("There is no request with this number.")


@bp.get("")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:LONGEST]
    asked = request.args.get("view", "")
    view = View(asked) if asked in set(View) else View.TO_DECIDE
    query = mails_in(view, search)
    found = capped_count(db(), query)
    count = ngettext("%(num)s mail", "%(num)s mails", found)
    if found > CAP:
        count = _("More than 1,000 mails")
    return page(
        "mail_intake/index.html",
        listed=page_of(db(), query, NEWEST),
        search=search,
        view=view,
        views=View,
        count=count,
        news=count,
    )


@bp.get(ONE)
@allow(Permission.REQUESTS_WORK, everywhere=True)
def show(mail_id: int) -> ResponseReturnValue:
    return mail_page(mail_with(mail_id), about=request.args.get("reference", ""))


@bp.post(f"{ONE}/request")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def attach(mail_id: int) -> ResponseReturnValue:
    form = AttachForm()
    if form.validate():
        found = request_called(form.reference.data)
        try:
            if found is None:
                raise Refused(NO_SUCH, field="reference")
            return _attach(mail_id, found)
        except Refused as refusal:
            form.refuse(refusal)
    return mail_page(mail_with(mail_id), 422, attaching=form)


@bp.post(f"{ONE}/discarding")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def discard(mail_id: int) -> ResponseReturnValue:
    form = DiscardForm()
    if form.validate():
        try:
            done = discard_mail(
                db(), mail_with(mail_id).id, form.remark.data, by=viewer(), now=clock.now()
            )
            flash(_("The e-mail is discarded.") if done else _(TOO_LATE))
            return redirect(url_for(".index"), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return mail_page(mail_with(mail_id), 422, discarding=form)


def _attach(mail_id: int, found: ServiceRequest) -> ResponseReturnValue:
    session = db_for(found.account_id)
    mail = session.get_one(InboundMail, mail_id)
    done = attach_mail(
        session,
        files(),
        scanner(),
        mail_id,
        session.get_one(ServiceRequest, found.id),
        heading=_heading(mail),
        by=viewer(),
        now=clock.now(),
    )
    said = _("The e-mail is an internal note in %(reference)s now.", reference=found.reference)
    flash(said if done else _(TOO_LATE))
    return redirect(url_for(".index"), 303)


def _heading(mail: InboundMail) -> str:
    return _(
        "E-mail from %(sender)s, received %(when)s: %(subject)s",
        sender=mail.sender or _("nobody named"),
        when=date_and_time(mail.received_at),
        subject=mail.subject or _("without a subject"),
    )
