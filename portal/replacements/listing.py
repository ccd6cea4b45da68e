"""The list of replacements as a page shows it: its rows, and how many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.replacements.filters import ORDERS, Filters, Sort
from portal.replacements.list_queries import replacement_ids, replacements_found
from portal.replacements.rules import ReturnStage, return_stage
from portal.replacements.search import found_by
from portal.replacements.wording import parts_text, status_sentence
from portal.spare_parts.parts import Part, spare_parts
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import CAP, Order, Page, capped_count, page_of


@dataclass(frozen=True, slots=True)
class Listed:
    page: Page
    heading: str
    catalogue: Catalogue
    parts: dict[int, Part]
    today: date

    def model(self, row: Any) -> str:
        if row.part_id:
            return parts_text(self.parts[row.part_id], row.part_count)
        return self.catalogue[row.model_id].name

    def sentence(self, row: Any) -> str:
        return status_sentence(row, today=self.today)

    def returned(self, row: Any) -> ReturnStage:
        return return_stage(row.returned, row.return_due_on, self.today)


def wanted(
    session: ScopedSession, filters: Filters, catalogue: Catalogue, *, today: date
) -> list[ColumnElement[bool]]:
    """The conditions of what was asked for, for the list and for the table that is taken away."""
    where = filters.conditions(today)
    return [*where, found_by(session, filters.text, catalogue)] if filters.text else where


def list_replacements(session: ScopedSession, filters: Filters, *, today: date) -> Listed:
    """The page of the list that the request asks for."""
    where = wanted(session, filters, catalogue_of(session), today=today)
    walked = [] if filters.text else filters.view.walked
    # What goes on and what is finished are counted in an index of their own, whatever the order.
    counted = None if walked or filters.text else ORDERS[Sort.CHANGED]
    return listed(session, where, filters.order, walked=walked, counted=counted, today=today)


def listed(
    session: ScopedSession,
    where: list[ColumnElement[bool]],
    order: Order,
    *,
    walked: list[ColumnElement[bool]],
    counted: Order | None = None,
    today: date,
) -> Listed:
    """The page of those of which this is so, in an order; see `View.walked`."""
    total = capped_count(session, replacement_ids(*where), counted)
    page = page_of(session, replacement_ids(*where, *walked), order, listed=replacements_found)
    catalogue = catalogue_of(session, knowing=[row.model_id for row in page.rows])
    parts = parts_of(session, page.rows)
    return Listed(page, _heading(page.of(total)), catalogue, parts, today)


def parts_of(session: ScopedSession, rows: Iterable[Any]) -> dict[int, Part]:
    """The spare parts, where there are any among these."""
    some = max((row.part_id for row in rows if row.part_id), default=None)
    return spare_parts(session, knowing=some) if some else {}


def _heading(total: int) -> str:
    if total > CAP:
        return _("More than %(number)s replacements", number=number(CAP))
    return ngettext("%(num)s replacement", "%(num)s replacements", total)
