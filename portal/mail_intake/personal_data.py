"""Mails that somebody sent us, until they are let go of."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import N_
from portal.mail_intake.models import InboundMail

_BULK = {"synchronize_session": False}


@tells(
    "received_mails",
    N_("E-mails we received from you"),
    received_at=N_("Received"),
    sender=N_("From"),
    subject=N_("Subject"),
    text=N_("Text"),
    state=N_("Status"),
)
def received(asking: Asking) -> Iterator[Row]:
    mails = select(InboundMail).where(_of(asking.user)).order_by(InboundMail.id)
    for it in asking.shared.scalars(mails):
        yield {
            "received_at": it.received_at,
            "sender": it.sender,
            "subject": it.subject,
            "text": it.text,
            "state": it.state,
        }


@forgets
def forget(session: Session, user: User) -> None:
    session.execute(delete(InboundMail).where(_of(user)), execution_options=_BULK)


@lets_go("received_mails")
def clear(run: Run, before: datetime) -> None:
    """What was decided so long ago. What nobody has decided about waits until somebody does."""
    with run.session(NOBODY) as session:
        old = delete(InboundMail).where(InboundMail.decided_at < before)
        session.execute(old, execution_options=_BULK)


def _of(user: User) -> ColumnElement[bool]:
    return or_(InboundMail.user_id == user.id, InboundMail.sender == user.email)
