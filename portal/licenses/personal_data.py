"""Licenses that somebody assigned, and those that a colleague wrote that they use."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, forgets_members, tells
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import N_
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_models import SeatChange

_WHY = "what was done with seats is past undoing"

_COLUMNS = {
    "organization": N_("Organization"),
    "license": N_("License"),
    "name": N_("Product"),
    "assigned_at": N_("Assigned"),
    "ended_at": N_("Taken back"),
}


@tells("licenses_assigned", N_("Licenses you assigned"), **_COLUMNS)
def assigned(asking: Asking) -> Iterator[Row]:
    yield from _seats(asking, LicenseAssignment.assigned_by_id == asking.user.id)


@tells("licenses_used", N_("Licenses that a colleague wrote that you use"), **_COLUMNS)
def used(asking: Asking) -> Iterator[Row]:
    """What is written is text: a person's own when it is their address or their whole name."""
    if asking.user.staff_role or asking.user.partner_id:
        return
    mine = LicenseAssignment.holder.in_([asking.user.name, asking.user.email])
    yield from _seats(asking, mine)


def _seats(asking: Asking, mine: ColumnElement[bool]) -> Iterator[Row]:
    query: Any = (
        select(LicenseAssignment, License, Account.name)
        .join(License, License.id == LicenseAssignment.license_id)
        .join(Account, Account.id == LicenseAssignment.account_id)
        .where(mine)
        .order_by(LicenseAssignment.account_id, LicenseAssignment.id)
    )
    for session in asking.accounts():
        for seat, it, account in session.execute(query):
            yield {
                "organization": account,
                "license": it.reference,
                "name": it.name,
                "assigned_at": seat.assigned_at,
                "ended_at": seat.ended_at,
            }


@forgets_members
def forget_member(session: ScopedSession, user_id: int) -> None:
    """What they did with seats cannot be undone by anybody else."""
    session.execute(delete(SeatChange).where(SeatChange.by_id == user_id))


@lets_go("seat_changes")
def forget_changes(run: Run, before: datetime) -> None:
    with run.reading(Scope(None, None, reason=_WHY)) as session:
        some = select(SeatChange.account_id).where(SeatChange.at < before).distinct()
        accounts = session.scalars(some).all()
    for account_id in accounts:
        with run.session(Scope(frozenset({account_id}), account_id, reason=_WHY)) as session:
            old = delete(SeatChange).where(SeatChange.at < before)
            allow_closed(session).execute(old)
        run.beat()
