"""The list of models: filtered, sorted and paged in memory, since the whole catalogue is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from portal.base.references import read_reference, reference
from portal.base.words import LabelledEnum
from portal.catalogue.catalogue import Catalogue, Model
from portal.catalogue.models import Category
from portal.catalogue.rules import Lifecycle, lifecycle
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    model: Model
    reference: str
    lifecycle: Lifecycle


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and the ways to others. Each `query` follows a question mark."""

    rows: list[Row]
    found: str
    asked: Mapping[str, str]
    chips: list[dict[str, str]]
    first: str
    previous: str
    next: str
    demo: bool  # whether dates and part numbers on the page are made up
    categories: type[Category] = Category
    lifecycles: type[Lifecycle] = Lifecycle


def models_listed(catalogue: Catalogue, args: Mapping[str, str], today: date) -> Listed:
    asked = {name: args[name][:80] for name in ("q", "category", "lifecycle") if args.get(name)}
    rows = [
        Row(
            model,
            reference("M", model.id),
            lifecycle(model.end_of_sale, model.end_of_service, today),
        )
        for model in catalogue
    ]
    if "q" in asked:
        matching = catalogue.matching(asked["q"])
        rows = [row for row in rows if row.model.id in matching]
    if "category" in asked:
        rows = [row for row in rows if row.model.category == asked["category"]]
    if "lifecycle" in asked:
        rows = [row for row in rows if row.lifecycle == asked["lifecycle"]]
    start = _start(rows, args.get("after", ""))
    end = start + ON_A_PAGE
    return Listed(
        rows=rows[start:end],
        found=ngettext("%(num)s model", "%(num)s models", len(rows)),
        asked=asked,
        chips=_chips(asked),
        first=_query(asked) if start else "",
        previous=_after(asked, rows, start - ON_A_PAGE) if start else "",
        next=_after(asked, rows, end) if end < len(rows) else "",
        demo=any(row.model.demo for row in rows[start:end]),
    )


def _row(model: Model, today: date) -> Row:
    stage = lifecycle(model.end_of_sale, model.end_of_service, today)
    return Row(model, reference("M", model.id), stage)


def _start(rows: list[Row], after: str) -> int:
    """The place behind the row that the last page ended with."""
    last = read_reference("M", after)
    places = (place for place, row in enumerate(rows, 1) if row.model.id == last)
    return next(places, 0)


def _after(asked: Mapping[str, str], rows: list[Row], start: int) -> str:
    behind = {"after": rows[start - 1].reference} if start > 0 else {}
    return _query({**asked, **behind})


def _query(asked: Mapping[str, str]) -> str:
    return "?" + urlencode(asked)


def _chips(asked: Mapping[str, str]) -> list[dict[str, str]]:
    worded = {
        "category": (_("Product category"), Category),
        "lifecycle": (_("Lifecycle"), Lifecycle),
    }
    return [
        {
            "label": f"{heading}: {_word(enum, asked[name])}",
            "href": _query({it: asked[it] for it in asked if it != name}),
        }
        for name, (heading, enum) in worded.items()
        if name in asked
    ]


def _word(enum: type[LabelledEnum], value: str) -> str:
    return label(enum(value)) if value in set(enum) else value
