"""What we write back by ourselves: seldom, to nobody but our own people, in no words but ours."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.base import clock
from portal.base.db import broke
from portal.base.references import reference
from portal.mail_intake.addressing import Addressee
from portal.mail_intake.models import InboundMail
from portal.mail_intake.rules import Reason
from portal.service_requests.models import PREFIX
from portal.web.locale import ngettext, speaking
from portal.web.mail import send_mail
from portal.web.mail_headers import Thread

_LATE = timedelta(days=3)  # by then nobody waits for an answer to this


def answer_by_itself(
    session: Session, mail: InboundMail, to: Addressee, reason: Reason, portal_url: str
) -> None:
    """Tell whom the reply address belongs to that their mail was not taken, and where to write.

    Once a day at most, so that two machines never write to each other for ever; to the address
    that we know them by, whoever sent the mail; and nothing of the mail is repeated.
    """
    if to.user.deactivated_at or not _first_today(session, mail):
        return
    number = reference(PREFIX, to.whose.request_id)
    desk = "/desk" if to.is_staff else ""
    send_mail(
        session,
        to=to.user.email,
        language=to.user.language or "nb",
        template="mail_intake/not_taken",
        thread=Thread(own=f"{number}.mail.{mail.id}.u{to.user.id}", root=number),
        answering=True,
        name=to.user.name,
        email=to.user.email,
        reference=number,
        reason=reason.value,
        url=f"{portal_url.rstrip('/')}{desk}/service-requests/{number}",
    )


def say_where_to_open(session: Session, mail: InboundMail, portal_url: str) -> None:
    """Tell whom we know by the sender's address that no request is opened by mail, and where."""
    known = select(User).where(User.email == mail.sender, User.deactivated_at.is_(None))
    user = session.scalars(known.where(User.staff_role.is_(None))).one_or_none()
    if user is None:
        return
    mail.user_id = user.id
    if _first_today(session, mail):
        send_mail(
            session,
            to=user.email,
            language=user.language or "nb",
            template="mail_intake/no_request",
            answering=True,
            name=user.name,
            url=f"{portal_url.rstrip('/')}/service-requests/new",
        )


def _first_today(session: Session, mail: InboundMail) -> bool:
    """Whether we write back to them for the first time today; and that from now on we did."""
    if clock.now() - mail.received_at > _LATE:
        return False
    try:
        with session.begin_nested():
            mail.answered_on = clock.today()
    except IntegrityError as error:
        if not broke(error, "uq_inbound_mail_user_id_answered_on"):
            raise
        session.expire(mail, ["answered_on"])
        return False
    return True


def with_what_is_missing(text: str, names: list[str], language: str | None) -> str:
    """The text, and below it which files were sent along and not kept."""
    if not names:
        return text
    with speaking(language or "nb"):
        told = ngettext(
            "[%(num)s file of the e-mail could not be taken: %(names)s]",
            "[%(num)s files of the e-mail could not be taken: %(names)s]",
            len(names),
            names=", ".join(names[:10]) + (" …" if len(names) > 10 else ""),
        )
    return f"{text}\n\n{told}".strip()
