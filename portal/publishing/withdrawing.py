"""Telling those who took a release that it is withdrawn, or not to be installed; each once."""

from sqlalchemy import select

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.downloads.shelf import fresh_shelf
from portal.downloads.taking import Download
from portal.publishing.mails import withdrawn_mail

_EVERYWHERE = Scope(None, None, reason="telling who took a release that is withdrawn")


@handles("publishing.tell_withdrawn", limit=1800)
def tell(run: Run, *, release_id: int) -> None:
    with run.reading(_EVERYWHERE) as session:
        it = fresh_shelf(session).releases.get(release_id)
        taken = select(Download.user_id, Download.account_id).distinct()
        taken = taken.where(Download.release_id == release_id).order_by(Download.user_id)
        rows = session.execute(taken).all()
    if it is None:
        return
    told: set[int] = set()
    with run.session(NOBODY) as session:
        for user_id, account_id in rows:
            may = account_scope(
                session,
                user_id=user_id,
                account_id=account_id,
                permission=Permission.DOWNLOADS_VIEW,
                today=clock.today(),
            )
            if may and user_id not in told:
                told.add(user_id)
                withdrawn_mail(session, session.get_one(User, user_id), it, account_id=account_id)
        run.finish(session)
