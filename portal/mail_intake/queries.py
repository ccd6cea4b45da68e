"""Which mails came; staff who work with requests see them all."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from portal.accounts.models import Account, User
from portal.base.access import GRANTS, Permission
from portal.base.references import read_reference
from portal.base.words import N_, LabelledEnum
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import PLAUSIBLE, Reason, State
from portal.service_requests.models import PREFIX

_UNREAD = Reason.TOO_LARGE  # so nobody knows whom it is from


class View(LabelledEnum):
    """The lists they are in."""

    TO_DECIDE = "to_decide", N_("To decide")
    MESSAGES = "messages", N_("Became messages")
    AUTOMATIC = "automatic", N_("Automatic")
    DECIDED = "decided", N_("Decided")


STATES = {
    View.TO_DECIDE: (State.PARKED, State.WAITING),
    View.MESSAGES: (State.TAKEN,),
    View.AUTOMATIC: (State.NOTED,),
    View.DECIDED: (State.ATTACHED, State.DISCARDED),
}
SHOWN: list[Any] = [
    InboundMail.id,
    InboundMail.sender,
    InboundMail.sender_name,
    InboundMail.subject,
    InboundMail.state,
    InboundMail.reason,
    InboundMail.request_id,
    InboundMail.received_at,
    Account.name.label("customer"),
]


def mails_in(view: View, search: str = "") -> Select[Any]:
    """What the list shows of them."""
    query = select(*SHOWN).outerjoin(Account, Account.id == InboundMail.account_id)
    query = query.where(InboundMail.state.in_(STATES[view]))
    return query.where(or_(*_ways(search))) if search else query


def _ways(search: str) -> list[ColumnElement[bool]]:
    ways = [
        column.icontains(search, autoescape=True)
        for column in (InboundMail.sender, InboundMail.sender_name, InboundMail.subject)
    ]
    if number := read_reference(PREFIX, search[:20]):
        ways.append(InboundMail.request_id == number)
    return ways


def parked_mails() -> Select[int]:
    """How many wait for somebody of staff to decide."""
    return select(func.count(InboundMail.id)).where(InboundMail.state == State.PARKED)


def untold() -> Select[InboundMail]:
    """Those that wait and may be from a customer, of which staff were not told: their sender or
    reply address is known, or they may be somebody's answer."""
    ours = or_(InboundMail.user_id.is_not(None), InboundMail.reason.in_([*PLAUSIBLE, _UNREAD]))
    waiting = InboundMail.state == State.PARKED, InboundMail.told_at.is_(None)
    return select(InboundMail).where(*waiting, ours).order_by(InboundMail.id).with_for_update()


def deciding_about_mail() -> Select[User]:
    """Everybody of staff who may."""
    roles = [role for role, held in GRANTS.items() if Permission.REQUESTS_WORK in held]
    here = User.staff_role.in_(roles), User.deactivated_at.is_(None)
    return select(User).where(*here).order_by(User.id)


def customers_with(address: str) -> Select[int]:
    """Whom we know by an address, of those who are not of staff."""
    theirs = User.email == address, User.staff_role.is_(None), User.deactivated_at.is_(None)
    return select(User.id).where(*theirs)


def mail_locked(mail_id: int) -> Select[InboundMail]:
    """One mail as it is now, for this transaction alone to decide about."""
    return (
        select(InboundMail)
        .where(InboundMail.id == mail_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
