"""The list of licenses as a page shows it: its rows, and how many there are."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from portal.base.access import Permission
from portal.base.tenancy import ScopedSession
from portal.licenses.filters import Filters
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.queries import assignments_shown, license_ids, licenses_found
from portal.licenses.rules import Standing, Status, masked, status_of
from portal.licenses.sealing import KeyRing
from portal.licenses.search import Found, Search
from portal.licenses.wording import assigned_to, seats_of, term_of
from portal.web.formats import number
from portal.web.guard import account, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.paging import CAP, SIZE, Page, capped_count, cursor, page_of


@dataclass(frozen=True, slots=True)
class Listed:
    page: Page
    heading: str
    first: dict[int, Any]  # of each license that has any, the first of its assignments
    today: date

    def status(self, row: Any) -> Status:
        return status_of(row.standing, row.ends_on, self.today)

    def term(self, row: Any) -> str:
        if row.standing is Standing.REVOKED:
            return ""  # what it was to last does not matter any more
        return term_of(row.starts_on, row.ends_on, self.today)

    def seats(self, row: Any) -> str:
        return seats_of(row.seats_used, row.seats)

    def key(self, row: Any) -> str:
        return masked(row.key_tail)

    def where(self, row: Any) -> str:
        seat = self.first.get(row.first_id)
        return assigned_to(seat, seat.seats, row.seats_used) if seat else "–"


def search_of(ring: KeyRing, text: str) -> Search:
    parts = viewer().may(Permission.LICENSES_KEYS)
    return Search.of(ring, text, account_id=account().id, parts=parts)


def list_licenses(
    session: ScopedSession, ring: KeyRing, filters: Filters, *, today: date
) -> Listed:
    """The page of the list that the request asks for."""
    where, total = filters.conditions(today), None
    if filters.text:
        found, total = _found(session, search_of(ring, filters.text), filters)
        where.append(License.id.in_(found.ids))
    if total is None:
        total = capped_count(session, license_ids(*where))
    page = page_of(session, license_ids(*where), filters.order, listed=licenses_found)
    ids = [row.first_id for row in page.rows if row.first_id]
    shown = assignments_shown(LicenseAssignment.id.in_(ids))
    first = {row.id: row for row in session.execute(shown)} if ids else {}
    return Listed(page, _heading(page.of(total)), first, today)


def _found(session: ScopedSession, search: Search, filters: Filters) -> tuple[Found, int | None]:
    """What a search finds for this page, and of how many, where that is known by then."""
    place = cursor(request.args.get("after"), filters.order)
    if filters.text_alone and not request.args.get("before"):
        found = search.look_up(session, after=place[0] if place else None, size=SIZE + 1)
        return found, CAP + 1 if found.many else None
    return search.newest(session), None


def _heading(total: int) -> str:
    if total > CAP:
        return _("More than %(number)s licenses", number=number(CAP))
    return ngettext("%(num)s license", "%(num)s licenses", total)
