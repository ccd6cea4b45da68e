"""The page of a mail, drawn: as it is looked at, or once more with what was typed in a form."""

import re
from collections.abc import Sequence
from typing import Any

from flask import g
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import User
from portal.base.references import read_reference
from portal.mail_intake.forms import AttachForm, DiscardForm, TakeOverForm
from portal.mail_intake.models import InboundMail
from portal.mail_intake.taking_over import can_be_taken_over, people_in
from portal.service_requests.models import PREFIX, ServiceRequest
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
    return _looked_up(text)[0]


def people_called(text: str) -> Sequence[User]:
    """Whoever takes part in the request of this number."""
    return _looked_up(text)[1]


def _looked_up(text: str) -> tuple[ServiceRequest | None, Sequence[User]]:
    number = read_reference(PREFIX, text[:30])
    if number is None:
        return None, []
    with open_session(g.scope, reading=True) as asking:
        found = asking.get(ServiceRequest, number)
        if found is None:
            return None, []
        people = asking.scalars(people_in(found)).all()
        asking.expunge_all()
        return found, people


def mail_page(
    mail: InboundMail, status: int = 200, about: str = "", **sent: Form
) -> ResponseReturnValue:
    """`about`: the request that it may be an answer in, where it does not say so itself."""
    named = _NAMED.search(mail.subject)
    number = mail.request_reference or about or (named[0] if named else "")
    people = people_called(number) if can_be_taken_over(mail) else []
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
        plausible=can_be_taken_over(mail),
        **(forms | sent),
    )
