"""The last mail somebody gets: that their user is deleted."""

from sqlalchemy.orm import Session

from portal.web.mail import send_mail


def deleted_mail(session: Session, *, to: str, language: str, name: str) -> None:
    """To the address they had: by now the user has none."""
    template = "personal_data/deleted"
    send_mail(session, to=to, language=language, template=template, name=name)
