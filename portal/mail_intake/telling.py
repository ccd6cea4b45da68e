"""Telling whoever may decide about mails that some wait: of each once, and of all once an hour."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.jobs import later
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.mail_intake.models import InboundMail
from portal.mail_intake.queries import deciding_about_mail, parked_mails, untold
from portal.mail_intake.rules import TOLD_AFTER, TOLD_ONCE_IN
from portal.notices.mails import notify
from portal.notices.notice import Notice

_JOB = "mail_intake.tell"


def have_told(session: Session) -> None:
    """Once a mail is set aside: in a while, so that those who look anyway are not disturbed."""
    later(session, _JOB, at=clock.now() + TOLD_AFTER, key=_JOB)


def tell_of_parked(run: Run) -> None:
    now = clock.now()
    with run.session(NOBODY) as session:
        waiting = session.scalars(untold()).all()
        told_at = session.scalars(select(func.max(InboundMail.told_at))).one()
        if waiting and told_at and now < told_at + TOLD_ONCE_IN:
            later(session, _JOB, at=told_at + TOLD_ONCE_IN, key=_JOB)
        elif waiting:
            for mail in waiting:
                mail.told_at = now
            number = session.scalars(parked_mails()).one()
            for user in session.scalars(deciding_about_mail()).all():
                notify(
                    session,
                    user,
                    Notice.MAIL_PARKED,
                    template="mail_intake/parked",
                    account_id=None,
                    number=number,
                )
        run.finish(session)
