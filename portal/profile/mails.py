"""What people are told about changes of their own, so that none goes unseen."""

from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.web.mail import send_mail


def email_change_mails(
    session: Session, user: User, new: str, *, tokens: tuple[str, str], free: bool
) -> None:
    """A link to each address. At one that is somebody else's there is nothing to confirm."""
    _send(session, user, user.email, "profile/confirm_old", email=new, token=tokens[0])
    if free:
        _send(session, user, new, "profile/confirm_new", token=tokens[1])


def email_changed_mails(session: Session, user: User, *, old: str) -> None:
    for address in (old, user.email):
        _send(session, user, address, "profile/email_changed", email=user.email)


def password_changed_mail(session: Session, user: User) -> None:
    _send(session, user, user.email, "profile/password_changed")


def _send(session: Session, user: User, to: str, template: str, **context: Any) -> None:
    language = user.language or "nb"
    send_mail(session, to=to, language=language, template=template, name=user.name, **context)
