"""The list of replacements as a table for spreadsheets: the same selection, whole."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Result

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.replacements.filters import Filters
from portal.replacements.list_queries import replacements_listed
from portal.replacements.listing import wanted
from portal.replacements.rules import PREFIX, return_stage
from portal.replacements.wording import parts_text
from portal.spare_parts.parts import Part, spare_parts
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.sheets import Column, Kind, Value

AT_ONCE = 500  # rows in memory
Askers = Callable[[ScopedSession, list[int]], dict[int, str]]
_ASKERS: list[Askers] = []


def knows_askers(find: Askers) -> None:
    """A feature by which people ask who are no users: their names, by the replacement's number."""
    _ASKERS.append(find)


def columns() -> list[Column]:
    return [
        Column(_("RMA number"), Kind.CODE),
        Column(_("Model")),
        Column(_("Faulty device"), Kind.CODE),
        Column(_("New device"), Kind.CODE),
        Column(_("Site")),
        Column(_("Replacement")),
        Column(_("Return")),
        Column(_("Liability")),
        Column(_("Amount"), Kind.NUMBER),
        Column(_("Currency")),
        Column(_("Promised"), Kind.DATE),
        Column(_("Delivered"), Kind.DATE),
        Column(_("Return by"), Kind.DATE),
        Column(_("Sent back instead"), Kind.CODE),
        Column(_("Carrier")),
        Column(_("Tracking number"), Kind.CODE),
        Column(_("Asked for by")),
        Column(_("Asked for"), Kind.MOMENT),
        Column(_("Last updated"), Kind.MOMENT),
    ]


def _what(it: Any, catalogue: Catalogue, parts: dict[int, Part]) -> str:
    if it.part_id in parts:
        return parts_text(parts[it.part_id], it.part_count)
    return catalogue[it.model_id].name


def _with_askers(session: ScopedSession, found: Result[Any]) -> Iterator[tuple[Any, str | None]]:
    """Each row with who asked; of those whom no user stands for, as the feature knows them."""
    for some in found.partitions(AT_ONCE):
        others = [it.id for it in some if it.asked_by is None]
        names = {key: name for of in _ASKERS if others for key, name in of(session, others).items()}
        for it in some:
            yield it, it.asked_by or names.get(it.id)


def rows(session: ScopedSession, filters: Filters, *, today: date) -> Iterator[tuple[Value, ...]]:
    """The rows of what is selected, in the list's order."""
    catalogue = catalogue_of(session)
    where = wanted(session, filters, catalogue, today=today)
    parts = spare_parts(session)
    query = replacements_listed(*where).order_by(*filters.order.ways)
    # Let go of what was not read when somebody breaks off.
    with session.execute(query.execution_options(yield_per=AT_ONCE)) as found:
        for it, asked_by in _with_askers(session, found):
            returned = return_stage(it.returned, it.return_due_on, today)
            yield (
                reference(PREFIX, it.id), _what(it, catalogue, parts), it.identifier,
                it.new_serial_number, it.site, label(it.stage), label(returned),
                label(it.liability), it.at_risk, it.currency, it.promised_on, it.delivered_on,
                it.return_due_on, it.instead_serial_number, it.carrier, it.tracking_number,
                asked_by, it.asked_at, it.changed_at,
            )  # fmt: skip
