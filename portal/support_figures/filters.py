"""What the figures are about: read from the address, which says all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement

from portal.accounts.models import Account
from portal.agreements.targets import Severity
from portal.base.text import loose_key
from portal.base.words import LabelledEnum
from portal.catalogue.models import Category, ProductModel
from portal.service_requests.models import ServiceRequest
from portal.support_figures.rules import Period
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.paging import LARGEST

NOBODY = "nobody"
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Filters:
    period: Period = Period.QUARTER
    customer: str = ""
    category: Category | None = None
    agent: str = ""  # the id of somebody, or nobody
    severity: Severity | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """On requests joined with their accounts and models."""
        found: list[ColumnElement[bool]] = []
        if self.customer:
            folded = loose_key(self.customer)
            found.append(Account.name_fold.contains(folded, autoescape=True))
        if self.category:
            found.append(ProductModel.category == self.category)
        if self.agent == NOBODY:
            found.append(ServiceRequest.owner_id.is_(None))
        elif self.agent:
            found.append(ServiceRequest.owner_id == int(self.agent))
        if self.severity:
            found.append(ServiceRequest.severity == self.severity)
        return found

    def address(self, **other: Any) -> str:
        """Itself as a query, with something else instead."""
        it = replace(self, **other)
        told = {
            "weeks": it.period.value if it.period is not Period.QUARTER else "",
            "customer": it.customer,
            "category": it.category.value if it.category else "",
            "agent": it.agent,
            "severity": it.severity.value if it.severity else "",
        }
        return urlencode({name: value for name, value in told.items() if value})

    def chips(self, path: str, agents: Mapping[int, str]) -> list[dict[str, str]]:
        """What narrows them, each with the address that leaves it out."""
        found: list[tuple[str, str, dict[str, Any]]] = [
            (_("Customer"), self.customer, {"customer": ""}),
            (_("Category"), label(self.category) if self.category else "", {"category": None}),
            (_("Agent"), self._agent(agents), {"agent": ""}),
            (_("Severity"), label(self.severity) if self.severity else "", {"severity": None}),
        ]
        return [
            {"label": f"{name}: {value}", "href": f"{path}?{self.address(**without)}"}
            for name, value, without in found
            if value
        ]

    def _agent(self, agents: Mapping[int, str]) -> str:
        if self.agent == NOBODY:
            return _("Nobody")
        return agents.get(int(self.agent), self.agent) if self.agent else ""


def read_filters(args: Mapping[str, str]) -> Filters:
    """What cannot be read is as if it were not there."""
    agent = args.get("agent", "")
    is_number = agent.isascii() and agent.isdigit() and len(agent) <= len(str(LARGEST))
    known = agent == NOBODY or (is_number and int(agent) <= LARGEST)
    return Filters(
        period=_one_of(Period, args.get("weeks")) or Period.QUARTER,
        customer=" ".join(args.get("customer", "").replace("\0", "").split())[:LONGEST],
        category=_one_of(Category, args.get("category")),
        agent=agent if known else "",
        severity=_one_of(Severity, args.get("severity")),
    )


def _one_of(kind: type[Any], value: str | None) -> Any:
    assert issubclass(kind, LabelledEnum)
    return next((it for it in kind if it.value == value), None)
