"""What people are told when somebody else changed what they may, so that no change goes unseen."""

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base.access import Role
from portal.web.locale import label, speaking
from portal.web.mail import send_mail


def access_mail(session: Session, to: User, what: str, *, where: str = "", role: Role) -> None:
    """`what`: changed, ended or restored. `where`: the customer or partner; "" for our own."""
    language = to.language or "nb"
    with speaking(language):
        named = label(role)
    send_mail(
        session,
        to=to.email,
        language=language,
        template="accounts/access",
        name=to.name,
        what=what,
        where=where,
        role=named,
    )
