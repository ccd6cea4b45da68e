"""Finding requests across all accounts, in the entries that hold what is internal as well."""

from collections.abc import Iterable

from portal.base.search import Kind, Query, of_accounts, query_of
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue
from portal.request_queue.filters import Filters, Reader, View
from portal.request_queue.queries import customer_ids, owners_called, staff_ids, team_of
from portal.service_requests.indexing import (
    ABOUT_MARKS,
    ESCALATED_MARK,
    SEVERITY_MARKS,
    STATUS_MARKS,
)
from portal.service_requests.search import meaning


def query_for(
    session: ScopedSession, filters: Filters, catalogue: Catalogue, reader: Reader
) -> Query:
    """What is looked for, narrowed by the marks of entries. When something is due is none."""
    query = query_of(filters.text, meaning(session, filters.text, catalogue))
    query = query.narrowed(STATUS_MARKS[each] for each in filters.statuses)
    query = _by_whose(session, query, filters, reader)
    if filters.severities:
        query = query.narrowed(SEVERITY_MARKS[each] for each in filters.severities)
    if filters.about:
        query = query.narrowed([ABOUT_MARKS[filters.about]])
    if filters.customer:
        theirs = session.scalars(customer_ids(filters.customer)).all()
        query = of_accounts(query, Kind.SERVICE_REQUEST_DESK, theirs)
    if filters.owner:
        query = query.narrowed(_marks(session.scalars(owners_called(filters.owner)).all()))
    escalated = filters.escalated or filters.view is View.ESCALATED
    return query.narrowed([ESCALATED_MARK]) if escalated else query


def _by_whose(session: ScopedSession, query: Query, filters: Filters, reader: Reader) -> Query:
    if filters.view is View.MINE:
        return query.narrowed(_marks([reader.id]))
    if filters.view is View.TEAM:
        return query.narrowed(_marks(session.scalars(team_of(reader.role)).all()))
    if filters.view is View.UNASSIGNED:
        return query.without(_marks(session.scalars(staff_ids()).all()))
    return query


def _marks(owners: Iterable[int]) -> list[str]:
    return [f"o{each}" for each in owners]
