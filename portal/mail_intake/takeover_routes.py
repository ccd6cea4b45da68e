"""Staff take a mail over as the answer of somebody who takes part in a request."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.tenancy import NOBODY, Scope
from portal.base.words import N_, Refused
from portal.mail_intake.drawing import mail_page, mail_with, people_called, request_called
from portal.mail_intake.forms import TakeOverForm
from portal.mail_intake.models import InboundMail
from portal.mail_intake.routes import NO_SUCH, ONE, TOO_LATE
from portal.mail_intake.rules import State
from portal.mail_intake.taking_over import check_sender, take_over
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status
from portal.uploads.receiving import scanner
from portal.web.downloads import files
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.session import db_as, open_session

bp = Blueprint("mail_takeover", __name__)


@bp.post(f"{ONE}/answer")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def take(mail_id: int) -> ResponseReturnValue:
    form = TakeOverForm([])
    people = people_called(form.answer_in.data or "")
    form = TakeOverForm(people)
    if form.validate():
        user = next(it for it in people if str(it.id) == form.person.data)
        try:
            return _take(mail_id, form.answer_in.data or "", user)
        except Refused as refusal:
            form.refuse(refusal)
    return mail_page(mail_with(mail_id), 422, about=form.answer_in.data or "", taking=form)


def _take(mail_id: int, reference: str, user: User) -> ResponseReturnValue:
    found = request_called(reference)
    if found is None:
        raise Refused(NO_SUCH, field="person")
    scope = _scope(mail_id, found, user)
    if scope is None:
        return _decided(_(TOO_LATE))
    session = db_as(scope)
    request = session.get_one(ServiceRequest, found.id)
    with session.begin_nested():
        done = take_over(
            session,
            files(),
            scanner(),
            mail_id,
            request,
            user=session.get_one(User, user.id),
            by=viewer(),
            now=clock.now(),
        )
    said = _("The e-mail is an answer in %(reference)s now.", reference=request.reference)
    return _decided(said if done else _(TOO_LATE))


def _decided(said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(url_for("mail_intake.index"), 303)


def _scope(mail_id: int, found: ServiceRequest, user: User) -> Scope | None:
    """That person's own, as it is now, if they may still answer and see the request in it.

    None when somebody decided about the mail before.
    """
    if found.status in {Status.CLOSED, Status.CANCELED}:
        raise Refused(N_("The request is closed. Open it again first."), field="person")
    told = {"user_id": user.id, "account_id": found.account_id}
    with open_session(NOBODY, reading=True) as session:
        may, today = Permission.REQUESTS_CHANGE, clock.today()
        mail = session.scalars(select(InboundMail).where(InboundMail.id == mail_id)).one()
        if mail.state is not State.PARKED:
            return None
        scope = account_scope(session, permission=may, today=today, **told)
        check_sender(session, mail, user)
    if scope is not None:
        with open_session(scope, reading=True) as session:
            if session.get(ServiceRequest, found.id):
                return scope
    raise Refused(N_("The person may not answer in this request."), field="person")
