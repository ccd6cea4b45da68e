"""The list of products as a table for spreadsheets: the same selection, whole."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from portal.agreements.queries import agreement_terms
from portal.agreements.rules import coverage_of
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import catalogue_of
from portal.products.filters import Filters
from portal.products.listing import wanted_by
from portal.products.models import Product, ProductStatus
from portal.products.queries import counts_listed, products_listed
from portal.products.search import batches
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.sheets import Column, Kind, Value

AT_ONCE = 1_000  # rows in memory


def columns() -> list[Column]:
    return [
        Column(_("Reference"), Kind.CODE),
        Column(_("Serial number"), Kind.CODE),
        Column(_("MAC address"), Kind.CODE),
        Column(_("Model")),
        Column(_("Category")),
        Column(_("Site")),
        Column(_("Room")),
        Column(_("Asset tag"), Kind.CODE),
        Column(_("Holder")),
        Column(_("Installed version"), Kind.CODE),
        Column(_("Status")),
        Column(_("Coverage")),
        Column(_("Covered until"), Kind.DATE),
        Column(_("Number of devices"), Kind.NUMBER),
        Column(_("Registered"), Kind.MOMENT),
    ]


def rows(session: ScopedSession, filters: Filters, *, today: date) -> Iterator[tuple[Value, ...]]:
    """The rows of what is selected, each a device or a line of so many devices."""
    terms, catalogue = agreement_terms(session), catalogue_of(session)
    covers = coverage_of(catalogue, terms, today)
    told = {
        model.id: (label(cover.reason), cover.until if cover.covered else None)
        for model in catalogue
        for cover in [covers[model.id]]
    }
    ways = [
        column.desc() if filters.order.descending else column for column in filters.order.columns
    ]
    wanted = wanted_by(filters, catalogue, terms, today)
    for batch in batches(session, filters.text, wanted, catalogue):
        if filters.status is ProductStatus.ACTIVE and batch.counts is not None:
            for row in session.execute(counts_listed(batch.counts)):
                model = catalogue[row.model_id]
                yield (
                    reference("PC", row.id), None, None, model.name, label(model.category),
                    row.site, None, None, None, None, label(ProductStatus.ACTIVE),
                    *told[row.model_id], row.number, row.registered_at,
                )  # fmt: skip
        query: Any = products_listed(batch.products).add_columns(Product.holder).order_by(*ways)
        # Let go of what was not read when somebody breaks off.
        with session.execute(query.execution_options(yield_per=AT_ONCE)) as found:
            for row in found:
                model = catalogue[row.model_id]
                yield (
                    reference("P", row.id), row.serial_number, row.mac, model.name,
                    label(model.category), row.site, row.room, row.asset_tag, row.holder,
                    row.installed_version, label(row.status), *told[row.model_id], 1,
                    row.registered_at,
                )  # fmt: skip
