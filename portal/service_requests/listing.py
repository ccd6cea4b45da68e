"""The list of requests as a page shows it: its rows, and how many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.service_requests.filters import ORDERS, Filters, Sort
from portal.service_requests.list_queries import request_ids, requests_found
from portal.service_requests.models import ServiceRequest
from portal.service_requests.search import look_up, models_called
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import CAP, SIZE, Page, capped_count, cursor, page_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list. With `sortable` it goes in the order that was asked for."""

    page: Page
    heading: str
    catalogue: Catalogue
    sortable: bool
    now: datetime

    def device(self, row: Any) -> str:
        """The device that it is about, or so many of a model; nothing where it is about none."""
        if row.model_id is None:
            return "–"
        model = self.catalogue[row.model_id].name
        if row.device_count:
            return f"{number(row.device_count)} × {model}"
        return model


def list_requests(
    session: ScopedSession, filters: Filters, *, person_id: int, now: datetime
) -> Listed:
    """The page of the list that the request asks for."""
    catalogue, order, many = catalogue_of(session), filters.order, False
    if filters.text:
        place = cursor(request.args.get("after"), ORDERS[Sort.NEWEST])
        after = place[0] if place else None
        found = look_up(
            session, filters, catalogue, person_id=person_id, after=after, newest=SIZE + 1
        )
        total, many = found.total, found.many
        order = ORDERS[Sort.NEWEST] if many else order
        ids = request_ids(ServiceRequest.id.in_(found.ids))
    else:
        where = filters.conditions(person_id, lambda name: models_called(catalogue, name))
        ids = request_ids(*where)
        total = capped_count(session, ids, order)
    page = page_of(session, ids, order, listed=requests_found)
    return Listed(page, _heading(page.of(total)), catalogue, not many, now)


def _heading(total: int) -> str:
    if total > CAP:
        return _("More than %(number)s requests", number=number(CAP))
    return ngettext("%(num)s request", "%(num)s requests", total)
