"""What the list of replacements is narrowed to, as its address says: `?view=overdue&q=8g22`."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func
from werkzeug.datastructures import MultiDict

from portal.base.words import N_, LabelledEnum
from portal.replacements.models import Replacement
from portal.replacements.rules import RETURN_OPEN, ReturnStage, Stage
from portal.web.locale import label
from portal.web.paging import Order

LONGEST = 200  # characters of a search


class View(LabelledEnum):
    """The tabs of the list."""

    OPEN = "open", N_("Ongoing")
    RETURN = "return", N_("Return not received")
    OVERDUE = "overdue", N_("Return overdue")
    CLOSED = "closed", N_("Finished")

    def conditions(self, today: date, *, among: bool = False) -> list[ColumnElement[bool]]:
        """What is so of these. `among` the few that a search found, which are looked at one by
        one, hidden from the indexes of all that goes on and all that is finished."""
        if self is View.RETURN:
            return [Replacement.returned.in_(RETURN_OPEN)]
        if self is View.OVERDUE:
            late = Replacement.return_due_on < today
            return [Replacement.returned == ReturnStage.LABEL_READY, late]
        closed: Any = Replacement.closed_at
        closed = func.coalesce(closed, closed) if among else closed
        return [closed.is_(None) if self is View.OPEN else closed.is_not(None)]

    @property
    def walked(self) -> list[ColumnElement[bool]]:
        """What is so of these anyway, for a page: so the index of what goes on is walked in order.
        To count them there is another index."""
        return [Replacement.closed_at.is_(None)] if self in {View.RETURN, View.OVERDUE} else []


class Sort(LabelledEnum):
    CHANGED = "changed", N_("Last updated")
    NEWEST = "newest", N_("Newest first")
    OLDEST = "oldest", N_("Oldest first")


ORDERS = {
    Sort.CHANGED: Order((Replacement.changed_at, Replacement.id), descending=True),
    Sort.NEWEST: Order((Replacement.id,), descending=True),
    Sort.OLDEST: Order((Replacement.id,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    view: View = View.OPEN
    text: str = ""
    stage: Stage | None = None
    sort: Sort = Sort.CHANGED

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    @property
    def narrowed(self) -> bool:
        """Whether anything but tab and order was asked for."""
        return bool(self.text or self.stage)

    def address(self, **changes: Any) -> str:
        """The query string of this list with something changed; the first page of it."""
        asked = self._asked() | changes
        return urlencode([(key, value) for key, value in asked.items() if value])

    def chips(self, path: str) -> list[dict[str, str]]:
        """What the list is narrowed to, each with the address of the list without it."""
        if self.stage is None:
            return []
        query = self.address(stage="")
        return [{"label": label(self.stage), "href": f"{path}?{query}" if query else path}]

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """The rows that tab and filters leave."""
        where = self.view.conditions(today, among=bool(self.text))
        return [*where, Replacement.stage == self.stage] if self.stage else where

    def _asked(self) -> dict[str, Any]:
        return {
            "view": self.view.value if self.view is not View.OPEN else "",
            "q": self.text,
            "stage": self.stage and self.stage.value,
            "sort": self.sort.value if self.sort is not Sort.CHANGED else "",
        }


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""

    def given(name: str) -> str:
        return arguments.get(name, "").replace("\0", "").strip()[:LONGEST]

    return Filters(
        view=_member(View, given("view")) or View.OPEN,
        text=given("q"),
        stage=_member(Stage, given("stage")),
        sort=_member(Sort, given("sort")) or Sort.CHANGED,
    )


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
