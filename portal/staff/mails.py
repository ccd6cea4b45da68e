"""The mail that invites somebody to the vendor's staff."""

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.web.mail import send_mail


def invitation_mail(session: Session, user: User, *, inviter: str, token: str) -> None:
    send_mail(
        session,
        to=user.email,
        language=user.language or "nb",
        template="staff/invited",
        name=user.name,
        inviter=inviter,
        token=token,
    )
