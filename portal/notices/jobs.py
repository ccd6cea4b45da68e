"""The digest: one mail a day, at seven by the reader's clock, and only if something happened. What
comes once a week comes in that of Monday."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.grants import Grant, usable
from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import GRANTABLE, GRANTS
from portal.base.jobs import every
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.notices.actions import forget_lines
from portal.notices.mails import digest_mail, line_of, names_in
from portal.notices.models import DigestLine
from portal.notices.notice import CUSTOMERS
from portal.notices.queries import readers, waiting
from portal.notices.rules import KINDS, MOST_LINES, latest_digest, latest_weekly
from portal.web.locale import gettext as _
from portal.web.locale import speaking
from portal.web.still_so import is_still_so


# Some clocks are a quarter of an hour off the others.
@every("notices.digest", minutes=15, limit=600)
def send_digests(run: Run) -> None:
    now = clock.now()
    with run.reading(NOBODY) as session:
        found = session.execute(readers()).all()
    for user_id, zone in {it.id: it.time_zone for it in found if _is_due(it, now)}.items():
        _send(run, user_id, latest_digest(now, zone), latest_weekly(now, zone))


def _is_due(it: Any, now: datetime) -> bool:
    due = latest_weekly if it.weekly else latest_digest
    return bool(it.since < due(now, it.time_zone))


def _send(run: Run, user_id: int, before: datetime, weekly: datetime) -> None:
    """Tell one person, and let go of what is told, in one transaction: once, whoever else tries."""
    with run.session(NOBODY) as session:
        user = session.get_one(User, user_id)
        mine = waiting(user_id, before=before, weekly=weekly)
        rows = session.execute(mine.limit(MOST_LINES)).all()
        groups = _groups(session, user, rows, run.settings.portal_url)
        gone = forget_lines(session, user_id, before=before, weekly=weekly)
        if gone and groups and not user.deactivated_at:
            older = gone - len(rows)
            told = sum(len(group["lines"]) for group in groups)
            kinds = [row[0].notice for row in rows]
            digest_mail(session, user, groups, kinds, number=told + older, older=older)


def _groups(session: Session, user: User, rows: Any, portal_url: str) -> list[dict[str, Any]]:
    """What may still be told, by account, the newest first."""
    lines: dict[str, list[dict[str, str]]] = {}
    with speaking(user.language or "nb"):
        names = names_in(session, [row[0] for row in rows])
        for it, account in rows:
            known = _still_concerned(session, user, it) and is_still_so(
                session, it.template, it.context
            )
            if known and (line := line_of(it, portal_url, names)):
                lines.setdefault(account or _("Support"), []).append(line)
    return [{"name": name, "lines": each} for name, each in lines.items()]


def _still_concerned(session: Session, user: User, it: DigestLine) -> bool:
    """Whether they may still know: rights are those of now, not of when it happened."""
    needs, today = KINDS[it.notice].needs, clock.today()
    if it.account_id is None:
        return user.staff_role is not None and needs in GRANTS[user.staff_role]
    if needs in GRANTABLE or KINDS[it.notice].who == CUSTOMERS or user.staff_role:
        found = account_scope(
            session, user_id=user.id, account_id=it.account_id, permission=needs, today=today
        )
        return found is not None
    if user.partner_role is None or needs not in GRANTS[user.partner_role]:
        return False
    granted = select(Grant.id).join(User, usable(today))
    granted = granted.where(User.id == user.id, Grant.account_id == it.account_id)
    # That somebody said no gives away nothing, and there is no access to lose.
    return it.template == "partners/declined" or session.scalars(granted).first() is not None
