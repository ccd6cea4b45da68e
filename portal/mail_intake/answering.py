"""What we write back by ourselves: seldom, to nobody but our own people, in no words but ours.

Only a mail that we believe is theirs is answered: one to a reply address that was given to them,
from the address that we know them by. Whoever writes in their name by less gets no answer, so that
nobody else uses up the one that they get in a day.
"""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.db import broke
from portal.base.references import reference
from portal.mail_intake.addressing import Addressee, refused_sender
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
    """Tell whose mail it is that it was not taken, and where to write.

    Once a day at most, so that two machines never write to each other for ever; and nothing of the
    mail is repeated.
    """
    if refused_sender(to, mail.sender) or to.user.deactivated_at or not _first_today(session, mail):
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
        reference=number,
        reason=reason.value,
        url=f"{portal_url.rstrip('/')}{desk}/service-requests/{number}",
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
