"""What the list of users is narrowed to, as its address says: `?role=member&away=1`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, select
from werkzeug.datastructures import MultiDict

from portal.base.access import CUSTOMER_ROLES, Role
from portal.users.queries import called, people
from portal.users.rules import AWAY, Status
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.paging import Order

LONGEST = 80  # characters of a search
LISTED = (
    *("place", "name", "name_key", "email", "role", "sees", "signed_in_at", "since"),
    *("deactivated_at", "second_factor", "ends_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. Without a status, those who have access or are asked to have it."""

    text: str = ""
    role: Role | None = None
    status: Status | None = None
    away: bool = False

    @property
    def narrowed(self) -> bool:
        return self != Filters()

    def address(self, **changes: str) -> str:
        """The query string of this list with something changed; the first page of it."""
        return urlencode([pair for pair in (self._asked() | changes).items() if pair[1]])

    def chips(self, path: str) -> list[dict[str, str]]:
        """What the list is narrowed to, each with the address of the list without it."""

        def chip(words: str, **without: str) -> dict[str, str]:
            query = self.address(**without)
            return {"label": words, "href": f"{path}?{query}" if query else path}

        found = []
        if self.role:
            found.append(chip(label(self.role), role=""))
        if self.status:
            found.append(chip(label(self.status), status=""))
        if self.away:
            found.append(chip(not_signed_in(), away=""))
        return found

    def wanted(self, account_id: int, now: datetime) -> tuple[Select[Any], Order]:
        """The rows that the filters leave, and their order."""
        them = people(account_id)
        where = called(them.c.name_fold, them.c.email, self.text)
        if self.role:
            where.append(them.c.role == self.role)
        if self.away:
            where.append((them.c.heard_of_at < now - AWAY) & them.c.ends_at.is_(None))
        where += self._of_status(them, now)
        columns = [them.c[name] for name in LISTED]
        return select(*columns).where(*where), Order((them.c.name_key, them.c.place))

    def _of_status(self, them: Any, now: datetime) -> list[ColumnElement[bool]]:
        conditions: dict[Status | None, list[ColumnElement[bool]]] = {
            None: [them.c.deactivated_at.is_(None)],
            Status.ACTIVE: [them.c.deactivated_at.is_(None), them.c.ends_at.is_(None)],
            Status.INVITED: [them.c.ends_at > now],
            Status.EXPIRED: [them.c.ends_at <= now],
            Status.DEACTIVATED: [them.c.deactivated_at.is_not(None)],
        }
        return conditions[self.status]

    def _asked(self) -> dict[str, str]:
        return {
            "q": self.text,
            "role": self.role.value if self.role else "",
            "status": self.status.value if self.status else "",
            "away": "1" if self.away else "",
        }


def not_signed_in() -> str:
    """Nobody is asked to count the days: the words say how many."""
    days = AWAY.days
    return ngettext("Not signed in for %(num)s day", "Not signed in for %(num)s days", days)


def read_filters(arguments: "MultiDict[str, str]") -> Filters:
    """The filters of a query string, whoever wrote it."""
    role = arguments.get("role", "")
    status = arguments.get("status", "")
    return Filters(
        text=arguments.get("q", "").replace("\0", "").strip()[:LONGEST],
        role=Role(role) if role in {each.value for each in CUSTOMER_ROLES} else None,
        status=Status(status) if status in {each.value for each in Status} else None,
        away=arguments.get("away") == "1",
    )


def heading(found: int, cap: int) -> str:
    if found > cap:
        return _("More than 1,000 users")
    return ngettext("%(num)s user", "%(num)s users", found)
