"""The list of requests as a table for spreadsheets: the same selection, whole."""

from collections.abc import Iterator
from typing import Any

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.service_requests.filters import Filters
from portal.service_requests.list_queries import requests_listed
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.search import batches, models_called
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.sheets import Column, Kind, Value

AT_ONCE = 1_000  # rows in memory


def columns() -> list[Column]:
    return [
        Column(_("Request number"), Kind.CODE),
        Column(_("Your reference"), Kind.CODE),
        Column(_("Subject"), width=48),
        Column(_("About")),
        Column(_("Model")),
        Column(_("Device"), Kind.CODE),
        Column(_("Number of devices"), Kind.NUMBER),
        Column(_("Site")),
        Column(_("Severity")),
        Column(_("Status")),
        Column(_("Escalated")),
        Column(_("Handled by")),
        Column(_("Opened by")),
        Column(_("Opened"), Kind.MOMENT),
        Column(_("Due"), Kind.MOMENT),
        Column(_("Last updated"), Kind.MOMENT),
    ]


def rows(
    session: ScopedSession, filters: Filters, *, person_id: int
) -> Iterator[tuple[Value, ...]]:
    """The rows of what is selected, in the list's order; what a search finds, newest first."""
    catalogue = catalogue_of(session)
    if filters.text:
        for ids in batches(session, filters, catalogue, person_id=person_id):
            newest = requests_listed(ServiceRequest.id.in_(ids)).order_by(ServiceRequest.id.desc())
            yield from _rows(session, newest, catalogue)
        return
    where = filters.conditions(person_id, lambda name: models_called(catalogue, name))
    order = filters.order
    ways = [column.desc() if order.descending else column for column in order.columns]
    yield from _rows(session, requests_listed(*where).order_by(*ways), catalogue)


def _rows(session: ScopedSession, query: Any, catalogue: Any) -> Iterator[tuple[Value, ...]]:
    # Let go of what was not read when somebody breaks off.
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as found:
        for row in found:
            model = catalogue[row.model_id].name if row.model_id else None
            yield (
                reference(PREFIX, row.id), row.own_reference, row.subject, label(row.about), model,
                row.identifier, row.device_count, row.site, label(row.severity),
                label(row.status), _("Yes") if row.escalated else _("No"), row.owner,
                row.opened_by, row.opened_at, row.due_at, row.changed_at,
            )  # fmt: skip
