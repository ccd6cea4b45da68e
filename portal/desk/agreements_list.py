"""The list of agreements, by customer, with the gaps and overlaps between them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.agreements.models import Agreement
from portal.agreements.periods import Break, Standing, breaks, standing
from portal.agreements.queries import agreement_terms, agreements_listed
from portal.agreements.rules import Terms
from portal.base.references import write_master_account_id
from portal.catalogue.models import Category
from portal.web.formats import number
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.paging import CAP, Order, capped_count, page_of

BY_CUSTOMER = Order((Account.name_key, Agreement.id))


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    customer: str
    master_account_id: str
    partner: str
    starts_on: date
    ends_on: date
    standing: Standing
    categories: list[Category]
    breaks: list[Break]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and the ways to others. Each way follows a question mark."""

    rows: list[Row]
    found: str
    asked: Mapping[str, str]
    chips: list[dict[str, str]]
    first: str
    previous: str
    next: str
    standings: type[Standing] = Standing


def list_agreements(session: Session, args: Mapping[str, str], today: date) -> Listed:
    """The page that the request asks for. What came after or before is read from the request."""
    asked = {name: args[name].strip()[:80] for name in ("q", "standing") if args.get(name)}
    wanted = Standing(asked["standing"]) if asked.get("standing") in set(Standing) else None
    query = agreements_listed(asked.get("q", ""), wanted, today)
    total = capped_count(session, query)
    page = page_of(session, query, BY_CUSTOMER)
    accounts = {row.account_id for row in page.rows}
    by_account: dict[int, list[Terms]] = defaultdict(list)
    for terms in agreement_terms(session, *accounts) if accounts else []:
        by_account[terms.account_id].append(terms)
    return Listed(
        rows=[_row(row, by_account[row.account_id], today) for row in page.rows],
        found=_found(total),
        asked=asked,
        chips=_chips(asked, wanted),
        first=_address(asked) if page.preceding else "",
        previous=_address(asked, before=page.preceding) if page.preceding else "",
        next=_address(asked, after=page.following) if page.following else "",
    )


def _row(row: Any, theirs: list[Terms], today: date) -> Row:
    mine = next(terms for terms in theirs if terms.number == row.number)
    return Row(
        number=row.number,
        customer=row.name,
        master_account_id=write_master_account_id(row.digits),
        partner=row.partner or "",
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        standing=standing(row.starts_on, row.ends_on, today),
        categories=[it for it in Category if it in mine.categories],
        breaks=[found for found in breaks(theirs) if found.concerns(row.number)],
    )


def _found(total: int) -> str:
    if total > CAP:
        return _("More than %(number)s agreements", number=number(CAP))
    return ngettext("%(num)s agreement", "%(num)s agreements", total)


def _address(asked: Mapping[str, str], **place: str) -> str:
    return "?" + urlencode({**asked, **place})


def _chips(asked: Mapping[str, str], wanted: Standing | None) -> list[dict[str, str]]:
    if wanted is None:
        return []
    others = {name: value for name, value in asked.items() if name != "standing"}
    return [{"label": f"{_('Standing')}: {label(wanted)}", "href": _address(others)}]
