"""What happens to grants without anybody asking."""

from sqlalchemy import ColumnElement, or_, select, update

from portal.accounts.grants import Grant, holds
from portal.accounts.models import Partner
from portal.base import clock
from portal.base.history import What, happened_in
from portal.base.jobs import every, handles
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope
from portal.partners.actions import withdraw_access
from portal.partners.keeping import Closer
from portal.partners.mails import ending_mails
from portal.partners.rules import REMINDED


@every("partners.remind", hours=24, limit=600)
def remind(run: Run) -> None:
    """Say of each grant once, a fortnight before its last day, that it will end."""
    today = clock.today()
    soon = (
        select(Grant.id)
        .join(Grant.partner)
        .where(holds(today), Grant.last_day <= today + REMINDED, Partner.closed_at.is_(None))
        .where(_not_reminded())
        .order_by(Grant.id)
    )
    with run.reading(NOBODY) as session:
        found = session.scalars(soon).all()
    for grant_id in found:
        with run.session(NOBODY) as session:
            # Of two who come here at once, one finds that the other was first.
            mine = session.execute(
                update(Grant)
                .where(Grant.id == grant_id, _not_reminded(), holds(today))
                .values(reminded_of=Grant.last_day)
            )
            if mine.rowcount:  # type: ignore[attr-defined]
                ending_mails(session, session.get_one(Grant, grant_id))
        run.beat()


def _not_reminded() -> ColumnElement[bool]:
    return or_(Grant.reminded_of.is_(None), Grant.reminded_of != Grant.last_day)


@handles("partners.end_grants", limit=1800)
def end_grants(run: Run, *, partner_id: int, by_id: int, reason: str, place: str = "") -> None:
    """A partner was closed: each customer is told in its own history who did it, and why."""
    left = select(Grant).where(Grant.partner_id == partner_id, Grant.withdrawn_at.is_(None))
    with run.reading(NOBODY) as session:
        grants = session.execute(left.with_only_columns(Grant.id, Grant.account_id)).all()
    for grant_id, account_id in grants:
        scope = Scope(frozenset({account_id}), account_id, staff=True, reason=f"staff {by_id}")
        with run.session(scope) as session:
            grant, by = session.get_one(Grant, grant_id), Closer(by_id, reason, place)
            if withdraw_access(session, grant, by=by, now=clock.now()):
                happened_in(session, account_id, grant.partner, What.CLOSED, by=by)
        run.beat()
