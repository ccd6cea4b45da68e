"""A mail is taken: its bytes are on the disk and its row is written before anybody is told so."""

from collections.abc import Sequence
from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.file_store import FileStore
from portal.base.files import knows_keys
from portal.base.jobs import later
from portal.mail_intake.models import InboundMail

_PIECE = 2**20


def receive(
    session: Session,
    store: FileStore,
    raw: bytes,
    *,
    recipients: Sequence[str] = (),
    returned: bool = False,
    now: datetime,
) -> InboundMail:
    """Keep a mail as it came. What becomes of it a job finds out, as soon as this is committed.

    `recipients`: as the mail server was told. `returned`: with an empty return path.
    """
    key = token_urlsafe(24)
    store.put(key, (raw[at : at + _PIECE] for at in range(0, len(raw), _PIECE)))
    mail = InboundMail(
        key=key,
        size=len(raw),
        received_at=now,
        returned=returned,
        recipients=[each[:320] for each in recipients[:100]],
    )
    session.add(mail)
    session.flush()
    later(session, "mail_intake.sort", mail_id=mail.id)
    return mail


@knows_keys
def _keys(session: Session, keys: list[str]) -> set[str]:
    return set(session.scalars(select(InboundMail.key).where(InboundMail.key.in_(keys))))
