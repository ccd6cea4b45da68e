"""The board as its page shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from portal.base.tenancy import ScopedSession
from portal.base.words import N_, LabelledEnum
from portal.escalations.queries import board, ended
from portal.service_requests.escalation_models import Escalation
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import RESTING
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.paging import CAP, Order, Page, page_of

SOON = timedelta(hours=1)
ORDER = Order((Escalation.next_update_due_at, Escalation.id))
NEWEST_FIRST = Order((Escalation.id,), descending=True)


class Which(LabelledEnum):
    ALL = "all", N_("All")
    MINE = "mine", N_("Mine")
    NOBODYS = "nobodys", N_("Nobody has")
    ENDED = "ended", N_("Ended")


@dataclass(frozen=True, slots=True)
class Board:
    """The escalations in the order in which something must be said."""

    which: Which
    page: Page
    counts: dict[Which, int]
    late: int
    now: datetime

    @property
    def soon(self) -> datetime:
        return self.now + SOON

    @property
    def found(self) -> str:
        some = self.counts[self.which]
        if some > CAP:
            return _("More than %(number)s escalations", number=number(CAP))
        return ngettext("%(num)s escalation", "%(num)s escalations", some)

    def tab(self, which: Which) -> str:
        some = self.counts[which]
        many = _("more than %(number)s", number=number(CAP)) if some > CAP else number(some)
        return f"{label(which)} ({many})"

    def still(self, row: Any) -> bool:
        """Whether what is promised waits for the customer."""
        return row.status in RESTING


def show_board(session: ScopedSession, which: str, *, person_id: int, now: datetime) -> Board:
    """What stands escalated, or did: in two statements, however much that is."""
    chosen = next((it for it in Which if it == which), Which.ALL)
    conditions: dict[Which, list[ColumnElement[bool]]] = {
        Which.ALL: [],
        Which.MINE: [Escalation.owner_id == person_id],
        Which.NOBODYS: [Escalation.owner_id.is_(None)],
        Which.ENDED: [],
    }
    due = case((ServiceRequest.status.not_in(RESTING), Escalation.next_update_due_at))
    some = board().with_only_columns(Escalation.owner_id, due.label("due")).subquery()
    over = ended().with_only_columns(Escalation.id).limit(CAP + 1).subquery()
    total, mine, nobodys, late, gone = session.execute(
        select(
            func.count(),
            func.count(case((some.c.owner_id == person_id, 1))),
            func.count(case((some.c.owner_id.is_(None), 1))),
            func.count(case((some.c.due < now, 1))),
            select(func.count()).select_from(over).scalar_subquery(),
        ).select_from(some)
    ).one()
    counts = {Which.ALL: total, Which.MINE: mine, Which.NOBODYS: nobodys, Which.ENDED: gone}
    if chosen is Which.ENDED:
        return Board(chosen, page_of(session, ended(), NEWEST_FIRST), counts, late, now)
    return Board(chosen, page_of(session, board(*conditions[chosen]), ORDER), counts, late, now)
