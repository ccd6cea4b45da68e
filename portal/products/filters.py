"""What the list of products is narrowed to, as its address says: `?category=video&site=Bergen`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.base.text import loose_key
from portal.base.words import N_, LabelledEnum
from portal.catalogue.models import Category
from portal.catalogue.rules import Lifecycle, lifecycle
from portal.products.models import Product, ProductStatus
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.paging import Order

LONGEST = 200  # characters of a search


class Coverage(LabelledEnum):
    COVERED = "covered", N_("Covered")
    NOT_COVERED = "not_covered", N_("Not covered")


class Sort(LabelledEnum):
    NEWEST = "newest", N_("Newest first")
    OLDEST = "oldest", N_("Oldest first")
    IDENTIFIER = "serial", N_("Serial number")
    ASSET_TAG = "tag", N_("Asset tag")
    CHANGED = "changed", N_("Last changed")


ORDERS = {
    Sort.NEWEST: Order((Product.id,), descending=True),
    Sort.OLDEST: Order((Product.id,)),
    Sort.IDENTIFIER: Order((Product.identifier, Product.id)),
    Sort.ASSET_TAG: Order((Product.asset_tag, Product.id)),
    Sort.CHANGED: Order((Product.changed_at, Product.id), descending=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    text: str = ""
    categories: tuple[Category, ...] = ()
    model: str = ""
    site: str = ""
    coverage: Coverage | None = None
    lifecycle: Lifecycle | None = None
    registered_by: str = ""
    status: ProductStatus = ProductStatus.ACTIVE
    sort: Sort = Sort.NEWEST

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self._given() - {"sort"})

    def address(self, **changes: Any) -> str:
        """The query string of this list with something changed; the first page of it."""
        asked = self._asked() | changes
        pairs = [(key, value) for key, value in asked.items() if value]
        return urlencode(pairs, doseq=True)

    def chips(self, path: str) -> list[dict[str, str]]:
        """What the list is narrowed to, each with the address of the list without it."""

        def chip(words: str, **without: Any) -> dict[str, str]:
            query = self.address(**without)
            return {"label": words, "href": f"{path}?{query}" if query else path}

        found = [
            chip(label(each), category=[c.value for c in self.categories if c is not each])
            for each in self.categories
        ]
        if self.model:
            found.append(chip(_("Model: %(model)s", model=self.model), model=""))
        if self.site:
            found.append(chip(_("Site: %(site)s", site=self.site), site=""))
        if self.coverage:
            found.append(chip(label(self.coverage), coverage=""))
        if self.lifecycle:
            found.append(chip(label(self.lifecycle), lifecycle=""))
        if self.registered_by:
            found.append(chip(_("Registered by: %(name)s", name=self.registered_by), by=""))
        if self.status is not ProductStatus.ACTIVE:
            found.append(chip(label(self.status), status=""))
        return found

    def _asked(self) -> dict[str, Any]:
        return {
            "q": self.text,
            "category": [category.value for category in self.categories],
            "model": self.model,
            "site": self.site,
            "coverage": self.coverage and self.coverage.value,
            "lifecycle": self.lifecycle and self.lifecycle.value,
            "by": self.registered_by,
            "status": self.status.value if self.status is not ProductStatus.ACTIVE else "",
            "sort": self.sort.value if self.sort is not Sort.NEWEST else "",
        }

    def _given(self) -> set[str]:
        return {key for key, value in self._asked().items() if value}


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""

    def given(name: str) -> str:
        return arguments.get(name, "").strip()[:LONGEST]

    categories = {_member(Category, value) for value in arguments.getlist("category")[:10]}
    return Filters(
        text=given("q"),
        categories=tuple(each for each in Category if each in categories),
        model=given("model"),
        site=given("site"),
        coverage=_member(Coverage, given("coverage")),
        lifecycle=_member(Lifecycle, given("lifecycle")),
        registered_by=given("by"),
        status=_member(ProductStatus, given("status")) or ProductStatus.ACTIVE,
        sort=_member(Sort, given("sort")) or Sort.NEWEST,
    )


def models_wanted(
    filters: Filters, models: Iterable[Any], covered: set[int], today: date
) -> set[int] | None:
    """The models that the filters leave; None when they leave every one."""
    if not (filters.categories or filters.model or filters.coverage or filters.lifecycle):
        return None
    key = loose_key(filters.model)
    return {
        each.id
        for each in models
        if (not filters.categories or each.category in filters.categories)
        and (not key or key in loose_key(each.name))
        and (not filters.coverage or (each.id in covered) == (filters.coverage is Coverage.COVERED))
        and (
            not filters.lifecycle
            or lifecycle(each.end_of_sale, each.end_of_service, today) is filters.lifecycle
        )
    }


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
