"""What people are told by mail about single sign-on."""

from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.single_sign_on.models import SingleSignOn
from portal.single_sign_on.queries import administrators_of
from portal.web.mail import send_mail


def tell_administrators(session: Session, provider: SingleSignOn, what: str, *, by: str) -> None:
    """`what`: changed, removed, required, optional."""
    for to in session.scalars(administrators_of(provider.account_id)):
        send_mail(
            session,
            to=to.email,
            language=to.language or "nb",
            template="single_sign_on/changed",
            name=to.name,
            customer=provider.account.name,
            what=what,
            by=by,
        )


def linked_mail(session: Session, to: User, provider: SingleSignOn) -> None:
    send_mail(
        session,
        to=to.email,
        language=to.language or "nb",
        template="single_sign_on/linked",
        name=to.name,
        customer=provider.account.name,
    )
