"""Which replacements somebody asked for, and where parcels to them went."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select, update

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, forgets_members, tells
from portal.base.tenancy import ScopedSession
from portal.base.words import N_
from portal.replacements.models import Replacement

_BULK = {"synchronize_session": False}


@tells(
    "replacements",
    N_("Replacements you asked for or receive"),
    organization=N_("Organization"),
    replacement=N_("Replacement"),
    asked_at=N_("Asked for"),
    recipient=N_("Recipient"),
    phone=N_("Phone"),
    description=N_("Description"),
)
def asked_for(asking: Asking) -> Iterator[Row]:
    me = asking.user.id
    query: Any = (
        select(Replacement, Account.name)
        .join(Account, Account.id == Replacement.account_id)
        .where(or_(Replacement.asked_by_id == me, Replacement.recipient_id == me))
        .order_by(Replacement.account_id, Replacement.id)
    )
    for session in asking.accounts():
        for it, account in session.execute(query):
            mine = it.recipient_id == me
            yield {
                "organization": account,
                "replacement": it.reference,
                "asked_at": it.asked_at,
                "recipient": it.recipient if mine else None,
                "phone": it.phone if mine else None,
                "description": it.description if it.asked_by_id == me else None,
            }


@forgets_members
def forget_member(session: ScopedSession, user_id: int) -> None:
    """Who received it and how they were reached; where it went stays the organization's."""
    theirs = update(Replacement).where(Replacement.recipient_id == user_id)
    session.execute(theirs.values(recipient="", phone=""), execution_options=_BULK)
