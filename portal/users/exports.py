"""The list of users as a table for spreadsheets: the same selection, whole."""

from collections.abc import Iterator
from datetime import datetime

from portal.base.tenancy import ScopedSession
from portal.users.filters import Filters
from portal.users.rules import status_of
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.sheets import Column, Kind, Value

AT_ONCE = 1_000  # rows in memory


def columns() -> list[Column]:
    return [
        Column(_("Name")),
        Column(_("E-mail address"), width=32),
        Column(_("Role")),
        Column(_("Sees")),
        Column(_("Status")),
        Column(_("Last sign-in"), Kind.MOMENT),
        Column(_("Second factor")),
        Column(_("Since"), Kind.MOMENT),
    ]


def rows(
    session: ScopedSession, filters: Filters, account_id: int, *, now: datetime
) -> Iterator[tuple[Value, ...]]:
    query, order = filters.wanted(account_id, now)
    listed = query.order_by(*order.columns).execution_options(yield_per=AT_ONCE)
    for row in session.execute(listed):
        status = status_of(ends_at=row.ends_at, deactivated_at=row.deactivated_at, now=now)
        yield (
            row.name, row.email, label(row.role), label(row.sees), label(status),
            row.signed_in_at, _("Yes") if row.second_factor else _("No"), row.since,
        )  # fmt: skip
