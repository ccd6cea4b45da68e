"""The mail that invites, in the language that was chosen for whoever gets it; and its answer."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.invitations.actions import barred_among
from portal.invitations.models import Invitation
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.web.formats import date_and_time
from portal.web.locale import speaking
from portal.web.mail import send_mail


def invitation_mail(session: Session, invitation: Invitation, *, token: str) -> None:
    # What was written beside the address stays out of it: a mail of ours says only our words.
    with speaking(invitation.language):
        until = date_and_time(invitation.ends_at)
    send_mail(
        session,
        to=invitation.email,
        language=invitation.language,
        template="invitations/invitation",
        token=token,
        by=invitation.invited_by.name,
        by_staff=invitation.by_staff,
        customer=invitation.account.name,
        role=invitation.role.label,
        until=until,
    )


def send_invitations(session: Session, made: Collection[tuple[Invitation, str]]) -> None:
    """To each the link that lets them in; or, where it would not, what they can do instead."""
    barred = barred_among(session, [invitation.email for invitation, _token in made])
    for invitation, token in made:
        owner = barred.get(invitation.email)
        if owner is None:
            invitation_mail(session, invitation, token=token)
        elif not owner.deactivated_at:
            _taken_mail(session, invitation, owner)


def _taken_mail(session: Session, invitation: Invitation, owner: User) -> None:
    send_mail(
        session,
        to=owner.email,
        language=owner.language or "nb",
        template="invitations/taken",
        name=owner.name,
        by=invitation.invited_by.name,
        customer=invitation.account.name,
    )


def accepted_notice(session: Session, invitation: Invitation, user: User) -> None:
    """To the colleague who invited them. Staff invite on behalf of others, and are not told."""
    inviter = invitation.invited_by
    if invitation.by_staff or inviter.deactivated_at:
        return
    notify(
        session,
        inviter,
        Notice.COLLEAGUE_JOINED,
        template="invitations/accepted",
        account_id=invitation.account_id,
        name=inviter.name,
        people={"person": user},
        customer=invitation.account.name,
    )
