"""Requests for access that somebody wrote; and a partner always keeps an administrator."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, keeps_back, tells
from portal.base.access import Role
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import N_, Refused
from portal.partners.models import AccessRequest
from portal.partners.people import refuse_last


@tells(
    "access_requests",
    N_("Requests for access that you wrote"),
    number=N_("Master account ID"),
    permissions=N_("What you asked for"),
    message=N_("Message"),
    asked_at=N_("Asked"),
    answer=N_("Answer"),
    answered_at=N_("Answered"),
)
def requests(asking: Asking) -> Iterator[Row]:
    mine = select(AccessRequest).where(AccessRequest.asked_by_id == asking.user.id)
    for it in asking.shared.scalars(mine.order_by(AccessRequest.id)):
        yield {
            "number": it.master_account_id,
            "permissions": [*sorted(it.wishes())],
            "message": it.message,
            "asked_at": it.asked_at,
            "answer": it.answer,
            "answered_at": it.answered_at,
        }


@keeps_back
def is_the_last_of_a_partner(session: Session, user: User, *, hold: bool) -> Iterator[Refused]:
    if user.partner_role is Role.PARTNER_ADMINISTRATOR and user.partner:
        try:
            if user.partner.closed_at is None:
                refuse_last(session, user, hold=hold)
        except Refused as refusal:
            yield Refused(refusal.message)


@lets_go("requests")
def forget_requests(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(AccessRequest).where(AccessRequest.asked_at < before))
