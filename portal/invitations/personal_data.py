"""Invitations to an address, accepted or not."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, joinedload

from portal.accounts.addresses import sent_to
from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base.words import N_
from portal.invitations.models import Invitation


@tells(
    "invitations",
    N_("Invitations to you"),
    organization=N_("Organization"),
    name=N_("Name"),
    email=N_("E-mail address"),
    role=N_("Role"),
    invited_at=N_("Invited"),
    ends_at=N_("Ends"),
    accepted_at=N_("Accepted"),
    withdrawn_at=N_("Withdrawn"),
)
def invitations(asking: Asking) -> Iterator[Row]:
    mine = select(Invitation).where(_of(asking.shared, asking.user))
    for it in asking.shared.scalars(mine.options(joinedload(Invitation.account))):
        moments = ("invited_at", "ends_at", "accepted_at", "withdrawn_at")
        yield {
            "organization": it.account.name,
            "name": it.name,
            "email": it.email,
            "role": it.role,
        } | {name: getattr(it, name) for name in moments}


@forgets
def forget(session: Session, user: User) -> None:
    session.execute(delete(Invitation).where(_of(session, user)))


def _of(session: Session, user: User) -> ColumnElement[bool]:
    """Those to their address, and to the ones they had before."""
    return sent_to(session, user, Invitation.email, Invitation.invited_at)
