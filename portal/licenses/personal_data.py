"""Licenses that somebody assigned, and those that a colleague wrote that they use."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.accounts.models import Account
from portal.accounts.personal_data import Asking, Row, tells
from portal.base.words import N_
from portal.licenses.models import License, LicenseAssignment

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
