"""Lists of logistics, of all customers: what is to be done, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_

from portal.approval_rules.rules import Held
from portal.base import clock
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, LabelledEnum
from portal.carriers.queries import in_trouble
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.replacements.list_queries import replacement_ids, replacements_found
from portal.replacements.listing import parts_of
from portal.replacements.models import Replacement
from portal.replacements.rules import ON_THE_WAY, RETURN_OPEN, ReturnStage, Stage, return_stage
from portal.replacements.search import found_by
from portal.replacements.wording import parts_text
from portal.spare_parts.parts import Part
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import CAP, Order, Page, capped_count, page_of


class Which(LabelledEnum):
    SHIP = "ship", N_("To be sent")
    APPROVE = "approve", N_("To be approved")
    ON_THE_WAY = "on_the_way", N_("On their way")
    RETURNS = "returns", N_("Returns")
    OVERDUE = "overdue", N_("Overdue")
    TROUBLE = "trouble", N_("Deviations")
    FOUND = "found", N_("Search results")  # of all of them, whatever list they are in

    @property
    def condition(self) -> ColumnElement[bool]:
        found = {Which.OVERDUE: _overdue, Which.TROUBLE: in_trouble}.get(self)
        return found() if found else _CONDITIONS[self]

    @property
    def comes_back(self) -> bool:
        """Whether it is about the faulty device."""
        return self in {Which.RETURNS, Which.OVERDUE}

    @property
    def order(self) -> Order:
        if self.comes_back:
            return Order((Replacement.return_due_on, Replacement.id), empties_last=True)
        if self is Which.FOUND:
            return Order((Replacement.id,), descending=True)
        if self is Which.SHIP:  # what goes before all others comes first
            return Order((Replacement.turn, Replacement.hand_over_on, Replacement.id))
        # Of what is not approved the day is open, so that it goes by its number.
        return Order((Replacement.hand_over_on, Replacement.id), empties_last=True)


_OPEN = Replacement.closed_at.is_(None)  # as what is to come back always is: the index says so
_CONDITIONS = {
    Which.SHIP: Replacement.stage == Stage.APPROVED,
    Which.APPROVE: Replacement.stage == Stage.REQUESTED,
    Which.ON_THE_WAY: Replacement.stage.in_(ON_THE_WAY),
    Which.RETURNS: and_(_OPEN, Replacement.returned.in_(RETURN_OPEN)),
}


def _overdue() -> ColumnElement[bool]:
    """Nobody has handed the faulty device in, and the day is past."""
    late = Replacement.return_due_on < clock.today()
    return and_(_OPEN, Replacement.returned == ReturnStage.LABEL_READY, late)


@dataclass(frozen=True, slots=True)
class Board:
    which: Which
    text: str
    page: Page | None
    heading: str
    catalogue: Catalogue
    parts: dict[int, Part]
    today: date

    def model(self, row: Any) -> str:
        """What is to be sent; of returns, what is to come back."""
        if row.part_id:
            return parts_text(self.parts[row.part_id], row.part_count)
        sent = None if self.which.comes_back else row.sent_model_id
        return self.catalogue[sent or row.model_id].name

    def about(self, row: Any) -> str:
        """Which device it is about, beside that model."""
        if self.which.comes_back:
            return row.instead_serial_number or row.identifier or ""
        if row.sent_model_id:
            faulty = f"{self.catalogue[row.model_id].name} {row.identifier or ''}".strip()
            return _("In place of %(device)s", device=faulty)
        return row.identifier or ""

    def reasons(self, row: Any) -> list[Held]:
        """Why no rule approved it."""
        return [Held(each) for each in row.held]

    def returned(self, row: Any) -> ReturnStage:
        return return_stage(row.returned, row.return_due_on, self.today)


def show_board(session: ScopedSession, asked: str, text: str = "", *, today: date) -> Board:
    """One list; an unknown one is what is to be sent. With a text, whatever is found by it."""
    which = Which(asked) if asked in set(Which) - {Which.FOUND} else Which.SHIP
    if text:
        which = Which.FOUND
        ids = replacement_ids(found_by(session, text, catalogue_of(session)))
    else:
        ids = replacement_ids(which.condition)
    total = capped_count(session, ids)
    page = page_of(session, ids, which.order, listed=replacements_found)
    return board_of(session, which, page.rows, page.of(total), page=page, text=text, today=today)


def board_of(
    session: ScopedSession,
    which: Which,
    rows: Sequence[Any],
    total: int,
    *,
    page: Page | None = None,
    text: str = "",
    today: date,
) -> Board:
    """What is told of these rows, on a page of the list or beside it."""
    models = [each for row in rows for each in (row.model_id, row.sent_model_id) if each]
    catalogue = catalogue_of(session, knowing=models)
    parts = parts_of(session, rows)
    return Board(which, text, page, _heading(total), catalogue, parts, today)


def _heading(total: int) -> str:
    if total > CAP:
        return _("More than %(number)s replacements", number=number(CAP))
    return ngettext("%(num)s replacement", "%(num)s replacements", total)
