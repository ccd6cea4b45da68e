"""What the queue is narrowed to, as its address says: `?view=unassigned&severity=critical`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement

from portal.agreements.targets import Severity
from portal.base.access import Role
from portal.base.words import N_, LabelledEnum
from portal.request_queue.queries import (
    customer_ids,
    left_to_do,
    of_customers,
    owned_by,
    owned_by_nobody,
    owners_called,
    standing_escalated,
    team_of,
)
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import OPEN, PAUSED, RUNNING, STOPPED, About, Status
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.paging import Order

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

LONGEST = 200  # characters of a search
SOON = timedelta(hours=2)
URGENT_FIRST = Order((ServiceRequest.due_at, ServiceRequest.id), empties_last=True)
OLDEST_FIRST = Order((ServiceRequest.id,))  # where the clocks of all stand still
NEWEST_FIRST = Order((ServiceRequest.id,), descending=True)


class View(LabelledEnum):
    """The tabs of the queue."""

    OPEN = "open", N_("All open")
    MINE = "mine", N_("Mine")
    UNASSIGNED = "unassigned", N_("Unassigned")
    TEAM = "team", N_("My team")  # everyone of staff in the same role
    SOON = "soon", N_("Due within 2 hours")  # and what is overdue
    WAITING = "waiting", N_("Waiting for others")  # the clocks stand still
    ESCALATED = "escalated", N_("Escalated")

    @property
    def statuses(self) -> frozenset[Status]:
        return {View.SOON: RUNNING, View.WAITING: PAUSED}.get(self, OPEN)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose "mine" and "my team" it is, and when."""

    id: int
    role: Role | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    view: View = View.OPEN
    text: str = ""
    customer: str = ""
    severities: tuple[Severity, ...] = ()
    status: Status | None = None
    about: About | None = None
    owner: str = ""
    escalated: bool = False

    @property
    def statuses(self) -> frozenset[Status]:
        """Those of the tab; a status that somebody chose may be any."""
        return frozenset({self.status}) if self.status else self.view.statuses

    @property
    def order(self) -> Order:
        still = self.view is View.WAITING or self.status in PAUSED | STOPPED
        return OLDEST_FIRST if still else URGENT_FIRST

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab was asked for."""
        return bool(self.text or self.chips(""))

    def address(self, **changes: Any) -> str:
        """The query string of this list with something changed; the first page of it."""
        pairs = [(key, value) for key, value in (self._asked() | changes).items() if value]
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
        if self.customer:
            found.append(chip(_("Customer: %(customer)s", customer=self.customer), customer=""))
        if self.status:
            found.append(chip(label(self.status), status=""))
        if self.about:
            found.append(chip(label(self.about), about=""))
        if self.owner:
            found.append(chip(_("Handled by: %(name)s", name=self.owner), owner=""))
        if self.escalated:
            found.append(chip(_("Escalated"), escalated=""))
        return found

    def conditions(self, reader: Reader) -> list[ColumnElement[bool]]:
        """The rows that the filters leave."""
        where: list[ColumnElement[bool]] = []
        if self.severities:
            where.append(ServiceRequest.severity.in_(self.severities))
        if self.about:
            where.append(ServiceRequest.about == self.about)
        if self.escalated:
            where.append(standing_escalated())
        where += self._standing(reader)  # which looks among customers, and so comes after
        if self.customer:
            ids = customer_ids(self.customer)
            theirs = ServiceRequest.account_id.in_(ids) if self.status else of_customers(ids)
            where.append(theirs)
        if self.owner:
            where.append(owned_by(owners_called(self.owner)))
        return where

    def _standing(self, reader: Reader) -> list[ColumnElement[bool]]:
        """What the tab leaves of all; of a status that somebody chose, also what is closed."""
        where = [ServiceRequest.status == self.status] if self.status else left_to_do()
        of_view: dict[View, ColumnElement[bool]] = {
            View.MINE: ServiceRequest.owner_id == reader.id,
            View.UNASSIGNED: owned_by_nobody(),
            View.TEAM: owned_by(team_of(reader.role)),
            View.SOON: ServiceRequest.due_at <= reader.now + SOON,
            View.WAITING: ServiceRequest.due_at.is_(None),
            View.ESCALATED: standing_escalated(),
        }
        return [*where, of_view[self.view]] if self.view in of_view else where

    def _asked(self) -> dict[str, Any]:
        return {
            "view": self.view.value if self.view is not View.OPEN else "",
            "q": self.text,
            "customer": self.customer,
            "severity": [each.value for each in self.severities],
            "status": self.status and self.status.value,
            "about": self.about and self.about.value,
            "owner": self.owner,
            "escalated": "1" if self.escalated else "",
        }


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""

    def given(name: str) -> str:
        # Half a character, which an address can spell, is no text that could be looked for.
        text = arguments.get(name, "").encode("utf-8", "ignore").decode()
        return text.replace("\0", "").strip()[:LONGEST]

    severities = {_member(Severity, value) for value in arguments.getlist("severity")[:10]}
    return Filters(
        view=_member(View, given("view")) or View.OPEN,
        text=given("q"),
        customer=given("customer"),
        severities=tuple(each for each in Severity if each in severities),
        status=_member(Status, given("status")),
        about=_member(About, given("about")),
        owner=given("owner"),
        escalated=given("escalated") == "1",
    )


def _member(kind: type[Any], value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        return None
