"""The mails about passwords, in the language of whoever gets them."""

from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.web.mail import send_mail


def reset_mail(session: Session, to: User, *, token: str) -> None:
    _send(session, to, "passwords/reset", token=token)


def changed_mail(session: Session, to: User) -> None:
    """So that a change somebody else made does not go unseen."""
    _send(session, to, "passwords/changed")


def _send(session: Session, to: User, template: str, **context: Any) -> None:
    send_mail(
        session,
        to=to.email,
        language=to.language or "nb",
        template=template,
        name=to.name,
        **context,
    )
