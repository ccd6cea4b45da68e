"""Staff take a mail over as the answer of somebody who takes part in a request."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.tenancy import NOBODY
from portal.base.words import N_, Refused
from portal.mail_intake.answerers import scope_of
from portal.mail_intake.drawing import look, mail_page, mail_with, people_for, request_called
from portal.mail_intake.forms import TakeOverForm
from portal.mail_intake.models import InboundMail
from portal.mail_intake.routes import ONE, TOO_LATE
from portal.mail_intake.rules import UNDECIDED
from portal.mail_intake.taking_over import take_over
from portal.service_requests.models import ServiceRequest
from portal.uploads.receiving import scanner
from portal.web.downloads import files
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.session import db_as

bp = Blueprint("mail_takeover", __name__)


@bp.post(f"{ONE}/answer")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def take(mail_id: int) -> ResponseReturnValue:
    with look(NOBODY) as session:
        mail = session.scalars(select(InboundMail).where(InboundMail.id == mail_id)).one()
        session.expunge_all()
    if mail.state not in UNDECIDED:
        return _decided(_(TOO_LATE))
    asked = TakeOverForm([]).answer_in.data or ""
    found = request_called(asked)
    people = people_for(mail, found)
    form = TakeOverForm(people)
    if found is not None and form.validate():
        user = next(it for it in people if str(it.id) == form.person.data)
        try:
            return _take(mail_id, found, user)
        except Refused as refusal:
            form.refuse(refusal)
    return mail_page(mail_with(mail_id), 422, about=asked, taking=form)


def _take(mail_id: int, found: ServiceRequest, user: User) -> ResponseReturnValue:
    scope = scope_of(look, user, found, clock.today())
    if scope is None:
        raise Refused(N_("The person may not answer in this request."), field="person")
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
