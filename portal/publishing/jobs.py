"""What is done with publishers' files by themselves."""

from datetime import datetime

from sqlalchemy import delete, select

from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.publishing.models import Incoming, IncomingPart


@lets_go("uploads")
def forget(run: Run, before: datetime) -> None:
    """Their bytes are swept up, since no row knows them."""
    old = select(Incoming.id).where(Incoming.changed_at < before)
    with run.session(NOBODY) as session:
        session.execute(delete(IncomingPart).where(IncomingPart.incoming_id.in_(old)))
        session.execute(delete(Incoming).where(Incoming.changed_at < before))
