"""What the list of requests is narrowed to, as its address says: `?view=waiting&severity=high`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from portal.agreements.targets import Severity
from portal.base.words import N_, LabelledEnum
from portal.products.queries import site_called
from portal.service_requests.list_indexes import unfinished
from portal.service_requests.list_queries import taking_part
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN, STOPPED, About, Ball, Status, ball_of
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.paging import Order

LONGEST = 200  # characters of a search


class View(LabelledEnum):
    """The tabs of the list."""

    MINE = "mine", N_("Mine")
    OPEN = "open", N_("All open")
    WAITING = "waiting", N_("Waiting for me")
    CLOSED = "closed", N_("Closed requests")

    @property
    def statuses(self) -> frozenset[Status]:
        if self is View.CLOSED:
            return STOPPED
        if self is View.WAITING:
            return frozenset(each for each in OPEN if ball_of(each) is Ball.CUSTOMER)
        return OPEN


class Sort(LabelledEnum):
    CHANGED = "changed", N_("Last updated")
    NEWEST = "newest", N_("Newest first")
    OLDEST = "oldest", N_("Oldest first")


ORDERS = {
    Sort.CHANGED: Order((ServiceRequest.changed_at, ServiceRequest.id), descending=True),
    Sort.NEWEST: Order((ServiceRequest.id,), descending=True),
    Sort.OLDEST: Order((ServiceRequest.id,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    view: View = View.OPEN
    text: str = ""
    severities: tuple[Severity, ...] = ()
    status: Status | None = None
    about: About | None = None
    model: str = ""
    site: str = ""
    escalated: bool = False
    sort: Sort = Sort.CHANGED

    @property
    def order(self) -> Order:
        return ORDERS[self.sort]

    @property
    def statuses(self) -> frozenset[Status]:
        """Those of the tab; a status that somebody chose may be any."""
        return frozenset({self.status}) if self.status else self.view.statuses

    @property
    def narrowed(self) -> bool:
        """Whether anything but tab and order was asked for."""
        return bool(self.text or self.chips(""))

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
            chip(label(each), severity=[s.value for s in self.severities if s is not each])
            for each in self.severities
        ]
        if self.status:
            found.append(chip(label(self.status), status=""))
        if self.about:
            found.append(chip(label(self.about), about=""))
        if self.model:
            found.append(chip(_("Model: %(model)s", model=self.model), model=""))
        if self.site:
            found.append(chip(_("Site: %(site)s", site=self.site), site=""))
        if self.escalated:
            found.append(chip(_("Escalated"), escalated=""))
        return found

    def conditions(
        self, person_id: int, models: Callable[[str], set[int]]
    ) -> list[ColumnElement[bool]]:
        """The rows that the filters leave. `models`: the ids of models with a name like this."""
        statuses = sorted(self.statuses)
        where: list[ColumnElement[bool]] = [ServiceRequest.status.in_(statuses)]
        if self.statuses <= OPEN:  # which no index of what is left to do could know
            where += unfinished()
        if self.view is View.MINE:
            where.append(taking_part(person_id))
        if self.severities:
            where.append(ServiceRequest.severity.in_(self.severities))
        if self.about:
            where.append(ServiceRequest.about == self.about)
        if self.model:
            where.append(ServiceRequest.model_id.in_(sorted(models(self.model))))
        if self.site:
            where.append(ServiceRequest.site_id == site_called(self.site).scalar_subquery())
        if self.escalated:
            where.append(ServiceRequest.escalated.is_(True))
        return where

    def _asked(self) -> dict[str, Any]:
        return {
            "view": self.view.value if self.view is not View.OPEN else "",
            "q": self.text,
            "severity": [each.value for each in self.severities],
            "status": self.status and self.status.value,
            "about": self.about and self.about.value,
            "model": self.model,
            "site": self.site,
            "escalated": "1" if self.escalated else "",
            "sort": self.sort.value if self.sort is not Sort.CHANGED else "",
        }


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""

    def given(name: str) -> str:
        return arguments.get(name, "").replace("\0", "").strip()[:LONGEST]

    severities = {_member(Severity, value) for value in arguments.getlist("severity")[:10]}
    return Filters(
        view=_member(View, given("view")) or View.OPEN,
        text=given("q"),
        severities=tuple(each for each in Severity if each in severities),
        status=_member(Status, given("status")),
        about=_member(About, given("about")),
        model=given("model"),
        site=given("site"),
        escalated=given("escalated") == "1",
        sort=_member(Sort, given("sort")) or Sort.CHANGED,
    )


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
