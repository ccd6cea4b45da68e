"""The page of a mail, drawn: as it is looked at, or once more with what was typed in a form."""

import re
from collections.abc import Sequence
from typing import Any

from flask import g
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.base import clock
from portal.base.references import read_reference
from portal.base.tenancy import Scope, ScopedSession
from portal.mail_intake.answerers import answerers
from portal.mail_intake.forms import AttachForm, DiscardForm, TakeOverForm
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import UNDECIDED
from portal.mail_intake.taking_over import can_be_taken_over
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.rules import Status
from portal.web.forms import Form
from portal.web.pages import page
from portal.web.session import db, open_session

_NAMED = re.compile(rf"\b{PREFIX}-[0-9]{{7,12}}\b")


def mail_with(mail_id: int) -> InboundMail:
    query = select(InboundMail).where(InboundMail.id == mail_id)
    whole: Any = (
        joinedload(InboundMail.account),
        joinedload(InboundMail.user),
        joinedload(InboundMail.decided_by),
    )
    return db().scalars(query.options(*whole)).one()


def request_called(text: str) -> ServiceRequest | None:
    """Looked up beside the page's own session, which is to write for the account it is of."""
    number = read_reference(PREFIX, text[:30])
    if number is None:
        return None
    with look(g.scope) as asking:
        found = asking.get(ServiceRequest, number)
        asking.expunge_all()
        return found


def people_for(mail: InboundMail, request: ServiceRequest | None) -> Sequence[User]:
    """Whose answer in it the mail may be."""
    if request is None or over(request) or not can_be_taken_over(mail):
        return []
    return answerers(look, mail, request, clock.today())


def over(request: ServiceRequest) -> bool:
    """Whether it must be opened again before anybody answers."""
    return request.status in {Status.CLOSED, Status.CANCELED}


def look(scope: Scope) -> ScopedSession:
    return open_session(scope, reading=True)


def mail_page(
    mail: InboundMail, status: int = 200, about: str = "", **sent: Form
) -> ResponseReturnValue:
    """`about`: the request that it may be an answer in, where it does not say so itself."""
    named = _NAMED.search(mail.subject)
    number = mail.request_reference or about or (named[0] if named else "")
    found = request_called(number) if number and can_be_taken_over(mail) else None
    people = people_for(mail, found)
    forms: dict[str, Form] = {
        "attaching": AttachForm(formdata=None, data={"reference": number}),
        "discarding": DiscardForm(formdata=None),
        "taking": TakeOverForm(people, formdata=None, data={"answer_in": number}),
    }
    return page(
        "mail_intake/show.html",
        status,
        mail=mail,
        people=people,
        about=number,
        found=found,
        over=found is not None and over(found),
        plausible=can_be_taken_over(mail),
        undecided=mail.state in UNDECIDED,
        **(forms | sent),
    )
