"""What the list of licenses is narrowed to, as its address says: `?status=expiring&q=lens`."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from portal.base.days import read_day
from portal.base.words import N_, LabelledEnum
from portal.licenses.models import License
from portal.licenses.queries import has_seat_at, has_status
from portal.licenses.rules import Status
from portal.web.formats import short_date
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.paging import Order

LONGEST = 200  # characters of a search


class Sort(LabelledEnum):
    NEWEST = "newest", N_("Newest first")
    ENDS = "ends", N_("Expiry date")
    NAME = "name", N_("Product")


ORDERS = {
    Sort.NEWEST: Order((License.id,), descending=True),
    Sort.ENDS: Order((License.ends_on, License.id), empties_last=True),
    Sort.NAME: Order((License.name_key, License.id)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    text: str = ""
    status: Status | None = None
    site: str = ""
    ends_from: date | None = None
    ends_to: date | None = None
    sort: Sort = Sort.NEWEST

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    @property
    def text_alone(self) -> bool:
        """Whether it is a search and nothing else, in the order in which a search finds."""
        others = self.status or self.site or self.ends_from or self.ends_to
        return bool(self.text) and not others and self.sort is Sort.NEWEST

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self.text or self.status or self.site or self.ends_from or self.ends_to)

    def address(self, **changes: Any) -> str:
        """The query string of this list with something changed; the first page of it."""
        asked = self._asked() | changes
        return urlencode([(key, value) for key, value in asked.items() if value])

    def chips(self, path: str) -> list[dict[str, str]]:
        """What the list is narrowed to, each with the address of the list without it."""
        words = {
            "status": label(self.status) if self.status else "",
            "site": self.site,
            "from": _("Expires from %(day)s", day=short_date(self.ends_from))
            if self.ends_from
            else "",
            "to": _("Expires by %(day)s", day=short_date(self.ends_to)) if self.ends_to else "",
        }
        without = {name: self.address(**{name: ""}) for name, text in words.items() if text}
        return [
            {"label": words[name], "href": f"{path}?{query}" if query else path}
            for name, query in without.items()
        ]

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """The rows that the filters leave, but for the search."""
        narrow = bool(self.site)
        found = [has_status(self.status, today, beside=narrow)] if self.status else []
        if self.site:
            found.append(has_seat_at(self.site))
        if self.ends_from:
            found.append(License.ends_on >= self.ends_from)
        if self.ends_to:
            found.append(License.ends_on <= self.ends_to)
        return found

    def _asked(self) -> dict[str, Any]:
        return {
            "q": self.text,
            "status": self.status and self.status.value,
            "site": self.site,
            "from": self.ends_from and self.ends_from.isoformat(),
            "to": self.ends_to and self.ends_to.isoformat(),
            "sort": self.sort.value if self.sort is not Sort.NEWEST else "",
        }


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""

    def given(name: str) -> str:
        return arguments.get(name, "").replace("\0", "").strip()[:LONGEST]

    return Filters(
        text=given("q"),
        status=_member(Status, given("status")),
        site=given("site"),
        ends_from=read_day(given("from")),
        ends_to=read_day(given("to")),
        sort=_member(Sort, given("sort")) or Sort.NEWEST,
    )


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
