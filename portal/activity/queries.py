"""What was done, as the log shows it, with the names of who did it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, select

from portal.accounts.models import Partner, User
from portal.accounts.queries import holding
from portal.activity.names import name_of_other, name_of_record
from portal.base.clock import OSLO
from portal.base.days import names_no_day
from portal.base.history import What
from portal.base.words import N_, LabelledEnum

# Days that a moment can be made of, whatever time zone it is told in.
FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)


class Side(LabelledEnum):
    """From which side of the account somebody did it."""

    OURS = "ours", N_("Our own people")
    PARTNER = "partner", N_("Partners")
    STAFF = "staff", N_("Poly staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was asked for. What is not understood is left out: old addresses show a list still."""

    who: str = ""
    what: What | None = None
    side: Side | None = None
    since: date | None = None
    until: date | None = None
    # What was typed for a day and is none, by the name of its field: said, and nothing narrowed.
    no_days: dict[str, str] = field(default_factory=dict)

    def does_not_exist(self, name: str) -> bool:
        """Whether what was typed for this day is written as one, and there is none such."""
        return names_no_day(self.no_days[name])

    @property
    def start(self) -> datetime:
        return _midnight(self.since or FIRST)

    @property
    def end(self) -> datetime:
        """The first moment after the last day that was asked for."""
        return _midnight((self.until or LAST) + timedelta(days=1))

    @property
    def narrowed(self) -> bool:
        return bool(self.address())

    def address(self, **changes: Any) -> str:
        pairs = [(key, value) for key, value in (self._asked() | changes).items() if value]
        return urlencode(pairs)

    def _asked(self) -> dict[str, Any]:
        return {
            "q": self.who,
            "what": self.what and self.what.value,
            "side": self.side and self.side.value,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }


def events_logged(
    table: Any, filters: Filters | None = None, *more: ColumnElement[bool]
) -> Select[Any]:
    """The events of the account at hand (`Event`) or of the desk (`DeskEvent`)."""
    conditions = [*_conditions(table, filters or Filters()), *more]
    return (
        select(
            table.number,
            table.at,
            table.what,
            table.kind,
            table.record_id,
            table.by_id,
            table.on_behalf,
            table.place,
            table.reason,
            table.details,
            User.name,
            User.staff_role,
            Partner.name.label("partner"),
            name_of_record(table).label("record"),
            name_of_other(table).label("other"),
        )
        .outerjoin(User, User.id == table.by_id)
        .outerjoin(Partner, Partner.id == User.partner_id)
        .where(*conditions)
    )


def matching(table: Any, filters: Filters) -> Select[Any]:
    """The numbers of the same events, to count them."""
    found: Select[Any] = select(table.number).where(*_conditions(table, filters))
    # Whoever did it is looked at only where the side is asked for.
    return found.outerjoin(User, User.id == table.by_id) if filters.side else found


def _conditions(table: Any, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.who:
        people = select(User.id).where(*holding(User.name_fold, filters.who))
        found.append(table.by_id.in_(people))
    if filters.what:
        found.append(table.what == filters.what)
    if filters.side is Side.OURS:
        found.append(table.on_behalf.is_(False))
    elif filters.side:
        staff = User.staff_role.is_not(None)
        found.append(table.on_behalf.is_(True))
        found.append(staff if filters.side is Side.STAFF else ~staff)
    if filters.since:
        found.append(table.at >= filters.start)
    if filters.until:
        found.append(table.at < filters.end)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO)
