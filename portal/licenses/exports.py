"""The list of licenses as a table for spreadsheets: the same selection, whole.

Keys stand in it for those who may see them, and masked for all others.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.licenses.filters import Filters
from portal.licenses.listing import search_of
from portal.licenses.models import License
from portal.licenses.queries import licenses_listed, with_sealed_keys
from portal.licenses.rules import PREFIX, masked, status_of
from portal.licenses.sealing import KeyRing
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.sheets import Column, Kind, Value

AT_ONCE = 1_000  # rows in memory


def columns() -> list[Column]:
    return [
        Column(_("Reference"), Kind.CODE),
        Column(_("Product")),
        Column(_("License key"), Kind.CODE),
        Column(_("Status")),
        Column(_("Starts"), Kind.DATE),
        Column(_("Expires"), Kind.DATE),
        Column(_("Seats"), Kind.NUMBER),
        Column(_("Seats in use"), Kind.NUMBER),
        Column(_("Order number"), Kind.CODE),
        Column(_("Purchase order (PO number)"), Kind.CODE),
        Column(_("Renewal")),
        Column(_("Registered"), Kind.MOMENT),
    ]


def rows(
    session: ScopedSession, ring: KeyRing, filters: Filters, *, keys: bool, today: date
) -> Iterator[tuple[Value, ...]]:
    """The rows of what is selected, in the list's order; what a search finds, the newest first.
    With `keys` in the clear."""
    query = licenses_listed(*filters.conditions(today))
    query = with_sealed_keys(query) if keys else query
    parts: Iterable[Any] = [query.order_by(*filters.order.ways)]
    if filters.text:
        batches = search_of(ring, filters.text).batches(session)
        newest = License.id.desc()
        parts = (query.where(License.id.in_(ids)).order_by(newest) for ids in batches)
    for part in parts:
        # Let go of what was not read when somebody breaks off.
        with session.execute(part.execution_options(yield_per=AT_ONCE)) as found:
            for it in found:
                yield (
                    reference(PREFIX, it.id), it.name,
                    _key(ring, it) if keys else masked(it.key_tail),
                    label(status_of(it.standing, it.ends_on, today)), it.starts_on, it.ends_on,
                    it.seats, it.seats_used, it.order_number, it.purchase_order, label(it.renewal),
                    it.registered_at,
                )  # fmt: skip


def _key(ring: KeyRing, it: Any) -> str:
    return ring.unseal(it.account_id, it.key_sealed, it.sealed_with) if it.key_sealed else ""
