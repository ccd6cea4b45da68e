"""What waits for an answer of staff, and where money hangs, of all customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.base.clock import OSLO, day_of
from portal.base.references import reference, write_master_account_id
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, LabelledEnum
from portal.catalogue.catalogue import Catalogue, catalogue_of
from portal.liability.models import LiabilityWaiver
from portal.products.models import Product
from portal.replacements.list_queries import replacement_ids, replacements_found
from portal.replacements.models import Replacement
from portal.replacements.rules import PREFIX, Liability, ReturnStage, return_stage
from portal.replacements.search import found_by
from portal.returns.models import DestructionCertificate, ReturnExtension
from portal.returns.rules import Answer
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.paging import CAP, Order, Page, capped_count, page_of
from portal.web.sheets import Column, Kind, Value

ORDER = Order((Replacement.return_due_on, Replacement.id), empties_last=True)
AT_ONCE = 1_000  # rows in memory
_OPEN = Replacement.closed_at.is_(None)  # as what waits always is: the index says so


class Which(LabelledEnum):
    EXTENSIONS = "extensions", N_("More time asked for")
    CERTIFICATES = "certificates", N_("Certificates")
    WAIVERS = "waivers", N_("Waivers and settlements proposed")
    OVERDUE = "overdue", N_("Overdue")
    CHARGED = "charged", N_("Charged")
    FOUND = "found", N_("Search results")  # of all of them, whatever list they are in

    def condition(self, today: date) -> ColumnElement[bool]:
        if self is Which.CHARGED:
            return _OPEN & (Replacement.liability == Liability.CHARGED)
        if self is Which.OVERDUE:
            late = Replacement.return_due_on < today
            return _OPEN & (Replacement.returned == ReturnStage.LABEL_READY) & late
        kind = _WAITING[self]
        waiting = select(kind.replacement_id).where(kind.answer == Answer.OPEN)
        return Replacement.id.in_(waiting)


_WAITING: dict[Which, Any] = {
    Which.EXTENSIONS: ReturnExtension,
    Which.CERTIFICATES: DestructionCertificate,
    Which.WAIVERS: LiabilityWaiver,
}


@dataclass(frozen=True, slots=True)
class Board:
    which: Which
    text: str
    page: Page
    heading: str
    catalogue: Catalogue
    today: date

    def model(self, row: Any) -> str:
        return self.catalogue[row.model_id].name

    def returned(self, row: Any) -> ReturnStage:
        return return_stage(row.returned, row.return_due_on, self.today)


def show_board(session: ScopedSession, asked: str, text: str = "", *, today: date) -> Board:
    """One list; an unknown one is where more time is asked for. With a text, whatever is found by
    it of which something comes back or is destroyed: that is all but spare parts."""
    which = Which(asked) if asked in set(Which) - {Which.FOUND} else Which.EXTENSIONS
    order = ORDER
    if text:
        which, order = Which.FOUND, Order((Replacement.id,), descending=True)
        found_here = found_by(session, text, catalogue_of(session))
        ids = replacement_ids(found_here, Replacement.part_id.is_(None))
    else:
        ids = replacement_ids(which.condition(today))
    total = capped_count(session, ids)
    page = page_of(session, ids, order, listed=replacements_found)
    catalogue = catalogue_of(session, knowing=[row.model_id for row in page.rows])
    found = page.of(total)
    more = _("More than %(number)s replacements", number=number(CAP))
    heading = (
        more if found > CAP else ngettext("%(num)s replacement", "%(num)s replacements", found)
    )
    return Board(which, text, page, heading, catalogue, today)


def columns() -> list[Column]:
    return [
        Column(_("RMA number"), Kind.CODE),
        Column(_("Customer")),
        Column(_("Master account ID"), Kind.CODE),
        Column(_("Organization number"), Kind.CODE),
        Column(_("Model")),
        Column(_("Faulty device"), Kind.CODE),
        Column(_("Return by"), Kind.DATE),
        Column(_("Charged"), Kind.DATE),
        Column(_("Amount"), Kind.NUMBER),
        Column(_("Currency")),
        Column(_("Liability")),
        Column(_("Settled"), Kind.DATE),
        Column(_("How")),
        Column(_("Invoice or credit note"), Kind.CODE),
    ]


def charges(
    session: Session, since: date | None, until: date | None
) -> Iterator[tuple[Value, ...]]:
    """What was ever charged in a period, whatever became of it, for the accounts."""
    catalogue = catalogue_of(session)
    with session.execute(_charged(since, until).execution_options(yield_per=AT_ONCE)) as found:
        for it, account, serial in found:
            yield (
                reference(PREFIX, it.id), account.name, write_master_account_id(account.digits),
                account.organization_number, catalogue[it.model_id].name, serial,
                it.return_due_on, day_of(it.charged_at), it.at_risk, it.currency,
                label(it.liability), day_of(it.settled_at) if it.settled_at else None,
                label(it.settled_as) if it.settled_as else "", it.settled_reference,
            )  # fmt: skip


def _charged(since: date | None, until: date | None) -> Select[Any]:
    where: list[ColumnElement[bool]] = [Replacement.charged_at.is_not(None)]
    if since:
        where.append(Replacement.charged_at >= _start_of(since))
    if until:
        where.append(Replacement.charged_at < _start_of(until + timedelta(days=1)))
    query: Any = (
        select(Replacement, Account, _comes_back())
        .join(Account, Account.id == Replacement.account_id)
        .outerjoin(Product, Product.id == Replacement.product_id)
        .where(*where)
        .order_by(Replacement.charged_at, Replacement.id)
    )
    found: Select[Any] = query
    return found


def _comes_back() -> Any:
    return func.coalesce(Replacement.instead_serial_number, Product.identifier)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO)
