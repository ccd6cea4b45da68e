"""The list of products as a page shows it: its rows, how many there are, and what covers them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request

from portal.agreements.queries import agreement_terms
from portal.agreements.rules import Coverage, Terms, coverage_of, covered_models
from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Catalogue, Model, catalogue_of
from portal.products.filters import ORDERS, Filters, Sort, models_wanted
from portal.products.hints import Hint, hint_for
from portal.products.models import ProductStatus
from portal.products.queries import Wanted, counts_listed, product_ids, products_listed
from portal.products.search import Found, look_up
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import CAP, SIZE, Order, Page, capped_count, cursor, page_of

MOST_COUNTS = 50  # lines of devices registered by count, before the others


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list. `counts` are lines of so many devices each, on the first page."""

    page: Page
    counts: Sequence[Any]
    heading: str
    catalogue: Catalogue
    covers: dict[int, Coverage]
    sortable: bool
    hint: Hint | None = None  # when a search found nothing

    def model(self, row: Any) -> Model:
        return self.catalogue[row.model_id]

    def coverage(self, row: Any) -> Coverage:
        return self.covers[row.model_id]


def list_products(session: ScopedSession, filters: Filters, *, today: date) -> Listed:
    """The page of the list that the request asks for."""
    terms = agreement_terms(session)
    catalogue = catalogue_of(session)
    asked = wanted_by(filters, catalogue, terms, today)
    found, order = None, filters.order
    if filters.text:
        found, order = _searched(session, filters, asked, catalogue)
        after, before = _place("after"), _place("before")
        newest = order is ORDERS[Sort.NEWEST] and not found.many
        page_ids = found.page(after=after, before=before, most=SIZE + 1)
        wanted, total = Wanted(ids=page_ids if newest else found.products), found.total
    else:
        total = capped_count(session, product_ids(asked))
        by_id = filters.sort in {Sort.NEWEST, Sort.OLDEST}
        wanted = replace(asked, many=total > CAP, by_id=by_id)
    if wanted.ids is not None and not wanted.ids:
        page = Page([], None, None)  # which is known without asking
    else:
        page = page_of(session, products_listed(wanted), order)
    counts = _counts(session, filters, wanted, found) if page.first else []
    return Listed(
        page,
        counts,
        _heading(page.of(total), sum(line.number for line in counts)),
        catalogue,
        coverage_of(catalogue, terms, today),
        sortable=not (found and found.many),
        hint=None
        if page.rows or counts or not found
        else hint_for(session, filters.text, asked, catalogue),
    )


def _searched(
    session: ScopedSession, filters: Filters, asked: Wanted, catalogue: Catalogue
) -> tuple[Found, Order]:
    """What the search finds, and the order to show it in: of many, that in which it is found."""
    found = look_up(session, filters.text, asked, catalogue, after=_place("after"), size=SIZE)
    return found, ORDERS[Sort.NEWEST] if found.many else filters.order


def _place(name: str) -> int | None:
    """The product that the page begins after or ends before, in a list of the newest first."""
    values = cursor(request.args.get(name), ORDERS[Sort.NEWEST])
    return values[0] if values else None


def wanted_by(
    filters: Filters, catalogue: Catalogue, terms: Collection[Terms], today: date
) -> Wanted:
    """What the filters come to, but for the search."""
    covered = covered_models(catalogue, terms, today) if filters.coverage else set()
    return Wanted(
        models=models_wanted(filters, catalogue, covered, today),
        site=filters.site,
        registered_by=filters.registered_by,
        status=filters.status,
    )


def _counts(
    session: ScopedSession, filters: Filters, wanted: Wanted, found: Found | None
) -> Sequence[Any]:
    if filters.status is not ProductStatus.ACTIVE or (found and not found.counts):
        return []
    lines = Wanted(ids=found.counts) if found else replace(wanted, many=False)
    return session.execute(counts_listed(lines).limit(MOST_COUNTS)).all()


def _heading(devices: int, counted: int) -> str:
    if devices > CAP:
        return _("More than %(number)s devices", number=number(CAP))
    total = devices + counted
    return ngettext("%(num)s device", "%(num)s devices", total)
