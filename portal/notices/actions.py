"""Choosing when one hears of what, and letting go of what was told."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base.history import What, happened
from portal.base.words import N_, Overtaken
from portal.notices.models import DigestLine, NoticeChoice, PortalNotice
from portal.notices.notice import How, Notice
from portal.notices.queries import choices_of, is_due
from portal.notices.rules import KINDS

Choice = tuple[How, bool]  # by mail, and in the portal


def saved(session: Session, user_id: int) -> dict[Notice, Choice]:
    """How somebody hears of each kind, by what they chose or by itself."""
    mine = {notice: (how, here) for notice, how, here in session.execute(choices_of(user_id))}
    return {notice: mine.get(notice, (kind.first, True)) for notice, kind in KINDS.items()}


def choose(
    session: Session, user: User, chosen: dict[Notice, Choice], *, version: int, by: Person
) -> bool:
    """Write down when someone wants to hear of what; False when nothing is new.

    What waits is still told when it is to come at once from now on, and dropped when never.
    """
    before = saved(session, user.id)
    new = {notice: it for notice, it in chosen.items() if it != before[notice]}
    if not new and version == user.profile_version:
        return False
    # One version for all of a person's own pages: who changes one of them in two windows is told.
    mine = session.execute(
        update(User)
        .where(User.id == user.id, User.profile_version == version)
        .values(profile_version=version + 1)
        .execution_options(synchronize_session=False)
    )
    if cast(CursorResult[Any], mine).rowcount != 1:
        session.refresh(user)
        raise Overtaken(
            N_("You have changed this elsewhere meanwhile. Compare, then save."),
            version=user.profile_version,
        )
    theirs = NoticeChoice.user_id == user.id
    session.execute(delete(NoticeChoice).where(theirs, NoticeChoice.notice.in_(new)))
    session.add_all(
        NoticeChoice(user_id=user.id, notice=notice, how=how, here=here)
        for notice, (how, here) in new.items()
        if (how, here) != (KINDS[notice].first, True)
    )
    unwanted = [notice for notice, (how, _here) in new.items() if how is How.NEVER]
    session.execute(
        delete(DigestLine).where(DigestLine.user_id == user.id, DigestLine.notice.in_(unwanted))
    )
    if new:
        happened(session, user, What.CHANGED, by=by, fields=["notices"])
    return bool(new)


def read_all(session: Session, user_id: int, *, now: datetime) -> None:
    """Somebody has seen what they were told here."""
    theirs = (PortalNotice.user_id == user_id, PortalNotice.read_at.is_(None))
    deed = update(PortalNotice).where(*theirs).values(read_at=now)
    session.execute(deed.execution_options(synchronize_session=False))


def stop(session: Session, user: User, notice: Notice) -> bool:
    """Send them no mails of this kind any more; False when they get none already."""
    before, here = saved(session, user.id)[notice]
    if before is How.NEVER:
        return False
    mine = NoticeChoice.user_id == user.id, NoticeChoice.notice == notice
    session.execute(delete(NoticeChoice).where(*mine))
    session.add(NoticeChoice(user_id=user.id, notice=notice, how=How.NEVER, here=here))
    lines = DigestLine.user_id == user.id, DigestLine.notice == notice
    session.execute(delete(DigestLine).where(*lines))
    user.profile_version += 1  # a form that is open elsewhere would undo it
    happened(session, user, What.CHANGED, by=Person(user.id), fields=["notices"])
    return True


def forget_lines(session: Session, user_id: int, *, before: datetime, weekly: datetime) -> int:
    """Let go of what is told now; 0 when another worker was faster."""
    theirs = is_due(user_id, before=before, weekly=weekly)
    gone = delete(DigestLine).where(theirs).execution_options(synchronize_session=False)
    return cast(CursorResult[Any], session.execute(gone)).rowcount
