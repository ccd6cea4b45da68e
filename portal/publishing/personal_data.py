"""Files that a publisher has sent and not published."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import forgets
from portal.publishing.models import Incoming, IncomingPart


@forgets
def forget(session: Session, user: User) -> None:
    mine = Incoming.sent_by_id == user.id
    parts = IncomingPart.incoming_id.in_(select(Incoming.id).where(mine))
    session.execute(delete(IncomingPart).where(parts))
    session.execute(delete(Incoming).where(mine))
