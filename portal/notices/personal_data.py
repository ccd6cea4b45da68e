"""How somebody wants to hear of things, and what waits to be told them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import N_
from portal.notices.models import DigestLine, NoticeChoice, PortalNotice
from portal.notices.queries import choices_of


@tells("notices", N_("When you want to hear of what"), notice=N_("Notice"), how=N_("When"))
def choices(asking: Asking) -> Iterator[Row]:
    for notice, how, _here in asking.shared.execute(choices_of(asking.user.id)):
        yield {"notice": notice, "how": how}


@tells(
    "waiting_notices",
    N_("Notices that wait for an e-mail with several"),
    notice=N_("Notice"),
    happened_at=N_("Happened"),
)
def waiting_lines(asking: Asking) -> Iterator[Row]:
    mine = select(DigestLine).where(DigestLine.user_id == asking.user.id)
    for it in asking.shared.scalars(mine.order_by(DigestLine.id)):
        yield {"notice": it.notice, "happened_at": it.happened_at}


@tells(
    "portal_notices",
    N_("Notices in the portal"),
    notice=N_("Notice"),
    happened_at=N_("Happened"),
    read_at=N_("Read"),
)
def told_here(asking: Asking) -> Iterator[Row]:
    mine = select(PortalNotice).where(PortalNotice.user_id == asking.user.id)
    for it in asking.shared.scalars(mine.order_by(PortalNotice.id)):
        yield {"notice": it.notice, "happened_at": it.happened_at, "read_at": it.read_at}


@forgets
def forget(session: Session, user: User) -> None:
    for table in (NoticeChoice, DigestLine, PortalNotice):
        session.execute(delete(table).where(table.user_id == user.id))


@lets_go("waiting_notices")
def forget_untold(run: Run, before: datetime) -> None:
    """What no digest told for so long, for whatever reason, is no news any more."""
    with run.session(NOBODY) as session:
        session.execute(delete(DigestLine).where(DigestLine.happened_at < before))


@lets_go("portal_notices")
def forget_old(run: Run, before: datetime) -> None:
    """Read or not, what happened so long ago is no news any more."""
    with run.session(NOBODY) as session:
        session.execute(delete(PortalNotice).where(PortalNotice.happened_at < before))
