"""Telling those who chose to hear of incidents, each of them once for an update."""

from itertools import groupby

from sqlalchemy.orm import Session

from portal.accounts.job_rights import account_scope
from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.incidents.concern import concerning
from portal.incidents.incidents import Shown, incidents_of
from portal.incidents.mails import update_mail
from portal.incidents.models import IncidentUpdate
from portal.incidents.queries import listeners


@handles("incidents.tell", limit=1800)
def tell(run: Run, *, update_id: int) -> None:
    with run.reading(NOBODY) as session:
        written = session.get_one(IncidentUpdate, update_id)
        incident = incidents_of(session).get(written.incident_id)
        assert incident is not None
        rows = session.execute(listeners(clock.today())).all()
    concerned = {}
    for user_id, accounts in groupby(rows, key=lambda row: row.user_id):
        account_id = _concerned(run, incident, user_id, [each.account_id for each in accounts])
        if account_id:
            concerned[user_id] = account_id
        run.beat()
    update = next(each for each in incident.updates if each.id == update_id)
    with run.session(NOBODY) as session:
        for user_id, account_id in concerned.items():
            user = session.get_one(User, user_id)
            update_mail(session, user, incident, update, account_id=account_id)
        run.finish(session)


def _concerned(run: Run, incident: Shown, user_id: int, account_ids: list[int]) -> int | None:
    """The first of somebody's accounts that it concerns, by what they may see of it now."""
    for account_id in account_ids:
        with run.reading(NOBODY) as session:
            scope = _scope(session, user_id, account_id)
        if scope:
            with run.reading(scope) as session:
                if concerning(session, [incident], account_id):
                    return account_id
    return None


def _scope(session: Session, user_id: int, account_id: int) -> Scope | None:
    may = Permission.ACCOUNT_VIEW
    return account_scope(
        session, user_id=user_id, account_id=account_id, permission=may, today=clock.today()
    )
