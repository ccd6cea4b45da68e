"""What people are told by mail about their second factors, so that no change goes unseen."""

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.web.mail import send_mail


def changed_mail(session: Session, to: User, what: str, *, left: int = 0) -> None:
    """`what`: passkey_added, passkey_removed, app_added, app_removed, codes_made, code_used
    (of which so many are `left`), reset."""
    send_mail(
        session,
        to=to.email,
        language=to.language or "nb",
        template="factors/changed",
        name=to.name,
        what=what,
        left=left,
    )
