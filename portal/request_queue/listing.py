"""The queue as a page shows it: its rows, how many there are, and what came since."""

from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, func, literal, select

from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.mail_intake.queries import parked_mails
from portal.request_queue.filters import NEWEST_FIRST, URGENT_FIRST, Filters, Reader, View
from portal.request_queue.queries import WORKING
from portal.request_queue.search import query_for
from portal.service_requests.list_queries import request_ids, requests_found, requests_listed
from portal.service_requests.models import ServiceRequest
from portal.service_requests.search import ENOUGH, batches_by, found_by
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import CAP, SIZE, Order, Page, capped_count, cursor, page_of

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the queue. `urgent_first` unless a search found too much for that. `newest` is
    the number of the newest request there was; with a search nobody asks what came since, nor how
    many mails are `parked` for whoever may decide about them."""

    page: Page
    heading: str
    reader: Reader
    urgent_first: bool
    newest: int | None
    parked: int = 0


def list_queue(session: ScopedSession, filters: Filters, reader: Reader) -> Listed:
    """The page of the queue that the request asks for."""
    if filters.text:
        return _searched(session, filters, reader)
    where = filters.conditions(reader)
    order = None if filters.status else filters.order
    total, newest, parked = _counted(session, where, order, reader)
    page = page_of(session, request_ids(*where), filters.order, listed=requests_found)
    return Listed(page, _heading(total), reader, True, newest, parked)


def came_since(session: ScopedSession, filters: Filters, reader: Reader, newest: int) -> int:
    """How many requests are in this view that were not there when `newest` was the newest."""
    where = [*filters.conditions(reader), ServiceRequest.id > newest]
    return capped_count(session, request_ids(*where))


def rows_of(session: ScopedSession, filters: Filters, reader: Reader, most: int) -> Any:
    """All rows of what is selected, the most urgent first; what a search finds, newest first."""
    where = filters.conditions(reader)
    if not filters.text:
        everything = requests_listed(*where).order_by(*URGENT_FIRST.ways)
        yield from _read(session, everything, most)
        return
    query = query_for(session, filters, catalogue_of(session), reader)
    for ids in batches_by(session, filters.text, query):
        found = requests_listed(ServiceRequest.id.in_(ids), *where)
        yield from _read(session, found.order_by(*NEWEST_FIRST.ways), most)


def _searched(session: ScopedSession, filters: Filters, reader: Reader) -> Listed:
    query = query_for(session, filters, catalogue_of(session), reader)
    found = found_by(session, filters.text, query, **_wanted(filters))
    where: Conditions = [ServiceRequest.id.in_(found.ids)]
    total, many = found.total, found.many
    if filters.view is View.SOON:  # which no mark tells: of many, the newest thousand are looked at
        where, many = [*where, *filters.conditions(reader)], False
        total = capped_count(session, request_ids(*where))
    order = NEWEST_FIRST if many else URGENT_FIRST
    page = page_of(session, requests_listed(*where), order)
    return Listed(page, _heading(page.of(total)), reader, not many, None)


def _wanted(filters: Filters) -> dict[str, Any]:
    if filters.view is View.SOON:
        return {"after": None, "newest": ENOUGH}
    place = cursor(request.args.get("after"), NEWEST_FIRST)
    return {"after": place[0] if place else None, "newest": SIZE + 1}


def _counted(
    session: ScopedSession, where: Conditions, order: Order | None, reader: Reader
) -> tuple[int, int, int]:
    """How many there are, no further than a list says, the newest number of all, and how many mails
    wait for those who work with requests.

    What is unfinished is counted in the order of the queue: the index that has it holds all that
    the queue is narrowed by, and no row is looked at.
    """
    columns = order.columns if order else ()
    some = request_ids(*where).order_by(*columns).limit(CAP + 1).subquery()
    newest = select(func.max(ServiceRequest.id)).scalar_subquery()
    works = reader.role in WORKING
    parked: Any = parked_mails().scalar_subquery() if works else literal(0)
    asked = select(func.count(), newest, parked).select_from(some)
    total, last, waiting = session.execute(asked).one()
    return total, last or 0, waiting


def _read(session: ScopedSession, query: Any, most: int) -> Any:
    # Let go of what was not read when somebody breaks off.
    with session.execute(query.execution_options(yield_per=most)) as found:
        yield from found


def _heading(total: int) -> str:
    if total > CAP:
        return _("More than %(number)s requests", number=number(CAP))
    return ngettext("%(num)s request", "%(num)s requests", total)
