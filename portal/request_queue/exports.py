"""The queue as a table for spreadsheets: the same selection, whole."""

from collections.abc import Iterator

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.request_queue.filters import Filters, Reader
from portal.request_queue.listing import rows_of
from portal.service_requests.models import PREFIX
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.sheets import Column, Kind, Value

AT_ONCE = 1_000  # rows in memory


def columns() -> list[Column]:
    return [
        Column(_("Due"), Kind.MOMENT),
        Column(_("Severity")),
        Column(_("Customer"), width=32),
        Column(_("Request number"), Kind.CODE),
        Column(_("Subject"), width=48),
        Column(_("About")),
        Column(_("Status")),
        Column(_("Status since"), Kind.MOMENT),
        Column(_("Escalated")),
        Column(_("Handled by")),
        Column(_("Opened by")),
        Column(_("Opened"), Kind.MOMENT),
        Column(_("Last touched"), Kind.MOMENT),
    ]


def rows(session: ScopedSession, filters: Filters, reader: Reader) -> Iterator[tuple[Value, ...]]:
    for row in rows_of(session, filters, reader, AT_ONCE):
        yield (
            row.due_at, label(row.severity), row.customer, reference(PREFIX, row.id), row.subject,
            label(row.about), label(row.status), row.status_since,
            _("Yes") if row.escalated_at else _("No"), row.owner, row.opened_by, row.opened_at,
            row.touched_at,
        )  # fmt: skip
