"""Letting go of what those followed whose access has ended, and of what was told long ago."""

from datetime import datetime

from sqlalchemy import delete

from portal.base.jobs import every
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.news.actions import forget_people
from portal.news.models import NewsTold
from portal.news.queries import without_access


@every("news.forget", hours=1, limit=600)
def forget_former(run: Run) -> None:
    """With the last access goes what it was for. Until then nobody is told who may not know."""
    with run.session(NOBODY) as session:
        if gone := session.scalars(without_access()).all():
            forget_people(session, gone, told=False)


@lets_go("news_told")
def forget_told(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(NewsTold).where(NewsTold.told_at < before))
