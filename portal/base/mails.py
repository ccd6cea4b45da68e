"""Mails that went no further than the portal, because it has no mail server: the embedded default.

Staff read them on the mailbox page. They are cleared away in time, and so is what could not be
sent, which a job that was given up still carries.
"""

from datetime import datetime

from sqlalchemy import String, Text, delete
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.db import Base
from portal.base.jobs import Job
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY


class Mail(Base):
    """One mail as it would have been sent. Shared: a mail is a person's, not an account's."""

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(index=True)


@lets_go("mails")
def clear(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(Mail).where(Mail.written_at < before))
        given_up = (Job.parked_at < before, Job.repeats.is_(None))
        session.execute(delete(Job).where(*given_up))
