"""The board as its page shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select

from portal.base.tenancy import ScopedSession
from portal.base.words import N_, LabelledEnum
from portal.escalations.queries import board
from portal.service_requests.escalation_models import Escalation
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import Order, Page, page_of

SOON = timedelta(hours=1)
ORDER = Order((Escalation.next_update_due_at, Escalation.id))


class Which(LabelledEnum):
    ALL = "all", N_("All")
    MINE = "mine", N_("Mine")
    NOBODYS = "nobodys", N_("Nobody has")


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
        return ngettext("%(num)s escalation", "%(num)s escalations", some)

    def tab(self, which: Which) -> str:
        names = {Which.ALL: _("All"), Which.MINE: _("Mine"), Which.NOBODYS: _("Nobody has")}
        return f"{names[which]} ({number(self.counts[which])})"


def show_board(session: ScopedSession, which: str, *, person_id: int, now: datetime) -> Board:
    """What stands escalated: in two statements, however much that is."""
    chosen = next((it for it in Which if it == which), Which.ALL)
    conditions: dict[Which, list[ColumnElement[bool]]] = {
        Which.ALL: [],
        Which.MINE: [Escalation.owner_id == person_id],
        Which.NOBODYS: [Escalation.owner_id.is_(None)],
    }
    listed = board().with_only_columns(Escalation.owner_id, Escalation.next_update_due_at)
    some = listed.subquery()
    total, mine, nobodys, late = session.execute(
        select(
            func.count(),
            func.count(case((some.c.owner_id == person_id, 1))),
            func.count(case((some.c.owner_id.is_(None), 1))),
            func.count(case((some.c.next_update_due_at < now, 1))),
        ).select_from(some)
    ).one()
    counts = {Which.ALL: total, Which.MINE: mine, Which.NOBODYS: nobodys}
    return Board(chosen, page_of(session, board(*conditions[chosen]), ORDER), counts, late, now)
