"""What a customer's administrators are told when their access to change things ends or is back."""

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.rules import KEPT_CLOSED
from portal.partners.queries import administrators_of
from portal.web.formats import text_date
from portal.web.locale import speaking
from portal.web.mail import send_mail


def closing_mails(session: Session, account: Account) -> None:
    for user in session.scalars(administrators_of(account.id)):
        language = user.language or "nb"
        with speaking(language):
            until = text_date(account.closed_at + KEPT_CLOSED) if account.closed_at else ""
        send_mail(
            session,
            to=user.email,
            language=language,
            template="customers/closed",
            name=user.name,
            customer=account.name,
            until=until,
        )
