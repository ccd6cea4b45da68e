"""Telling those whom it concerns that licenses end, each reminder once; or that one is revoked.

What is told and the rows that say so are one transaction: whoever dies in between told nothing.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from portal.accounts.models import Account, User
from portal.base import clock
from portal.base.bulk import CHUNK, insert_rows
from portal.base.clock import day_of
from portal.base.jobs import every, handles
from portal.base.references import reference
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.licenses.concerned import people_concerned
from portal.licenses.models import License
from portal.licenses.part_models import LicenseReminder
from portal.licenses.part_queries import successor_of
from portal.licenses.rules import PREFIX, REMINDED, Renewal, Standing
from portal.notices.mails import notify
from portal.notices.notice import Notice
from portal.web.formats import text_date
from portal.web.locale import speaking

_WHY = "licenses that end"
EVERYTHING = Scope(None, None, staff=True, reason=_WHY)
LISTED = 10  # in one mail; how many more there are is told
COUNTED = 1_000


@every("licenses.remind", hours=6, limit=3600)
def remind(run: Run) -> None:
    today = day_of(clock.now())
    for days in REMINDED:
        with run.reading(EVERYTHING) as session:
            query = select(License.account_id).where(due(days, today)).distinct()
            open_ones = select(Account.id).where(Account.closed_at.is_(None))
            with_some = query.where(License.account_id.in_(open_ones))
            accounts = session.scalars(with_some.order_by(License.account_id)).all()
        for account_id in accounts:
            _remind(run, account_id, days, today)
            run.beat()


def due(days: int, today: date) -> ColumnElement[bool]:
    """The condition of `rules.reminder_due`, as the database asks it. What renews by itself does
    not end."""
    sooner = max((each for each in REMINDED if each < days), default=-1)
    told = exists().where(
        LicenseReminder.license_id == License.id,
        LicenseReminder.ends_on == License.ends_on,
        LicenseReminder.days <= days,
    )
    return and_(
        License.ends_on.between(today + timedelta(sooner + 1), today + timedelta(days)),
        License.standing.in_([Standing.ACTIVATED, Standing.NOT_ACTIVATED]),
        License.renewal != Renewal.AUTOMATIC,
        ~told,
    )


def _remind(run: Run, account_id: int, days: int, today: date) -> None:
    with run.session(scope_of(account_id)) as session:
        now_due = session.execute(select(License.id, License.ends_on).where(due(days, today))).all()
        for user, which, scope in people_concerned(session, account_id, today=today):
            with run.reading(scope) as asking:
                found, number = _ending(asking, days, today, which)
            if found:
                _tell_end(session, user, account_id, found=found, number=number, days=days)
        for start in range(0, len(now_due), CHUNK):
            rows = [(it.id, it.ends_on.isoformat()) for it in now_due[start : start + CHUNK]]
            told = {"days": days, "told_on": today}
            columns = ("license_id", "ends_on")
            insert_rows(
                session, LicenseReminder, columns, rows, constants=told, returning="license_id"
            )


def _ending(
    session: ScopedSession, days: int, today: date, which: ColumnElement[bool] | None
) -> tuple[Any, int]:
    mine = [due(days, today)] if which is None else [due(days, today), which]
    columns = select(License.id, License.name, License.ends_on).where(*mine)
    found = session.execute(columns.order_by(License.ends_on, License.id).limit(LISTED)).all()
    some = select(License.id).where(*mine).limit(COUNTED).subquery()
    return found, session.scalars(select(func.count()).select_from(some)).one()


def _tell_end(
    session: ScopedSession, user: User, account_id: int, *, found: Any, number: int, days: int
) -> None:
    account = session.get_one(Account, account_id)
    with speaking(user.language or "nb"):
        lines = [[it.name, reference(PREFIX, it.id), text_date(it.ends_on)] for it in found]
    notify(
        session,
        user,
        Notice.LICENSE_ENDS,
        template="licenses/ends",
        account_id=account_id,
        name=user.name,
        customer=account.name,
        days=days,
        licenses=lines,
        number=number,
    )


@handles("licenses.tell_revoked", limit=300)
def tell_revoked(run: Run, *, license_id: int, by_id: int | None) -> None:
    account_id = run.job.account_id or 0
    with run.session(scope_of(account_id)) as session:
        it = session.get(License, license_id)
        if it is not None:
            successor = session.scalars(successor_of(license_id)).first()
            other = session.get(License, successor) if successor else None
            people = people_concerned(session, account_id, today=clock.today())
            for user, which, scope in people:
                with run.reading(scope) as asking:
                    mine = select(License.id).where(License.id == license_id)
                    mine = mine if which is None else mine.where(which)
                    sees = asking.scalars(mine).first() is not None
                if sees and user.id != by_id:
                    _tell_revoked(session, user, it, other)
        run.finish(session)


def _tell_revoked(session: ScopedSession, user: User, it: License, other: License | None) -> None:
    notify(
        session,
        user,
        Notice.LICENSE_REVOKED,
        template="licenses/revoked",
        account_id=it.account_id,
        name=user.name,
        license=it.name,
        reference=it.reference,
        reason=it.revoked_because,
        successor=other.reference if other else "",
    )


def scope_of(account_id: int) -> Scope:
    return Scope(frozenset({account_id}), account_id, staff=True, reason=_WHY)
