"""Licenses in sentences."""

from datetime import date
from typing import Any

from portal.base.deeds import What
from portal.base.words import N_
from portal.licenses.rules import Renewal, Status
from portal.web.formats import number, text_date
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext

COLORS = {
    Status.ACTIVE: "success",
    Status.EXPIRING: "warning",
    Status.EXPIRED: "danger",
    Status.REVOKED: "neutral",
    Status.NOT_ACTIVATED: "info",
}


def color_of(status: Status) -> str:
    return COLORS[status]


def term_of(starts_on: date | None, ends_on: date | None, today: date) -> str:
    """Until when it lasts; from when, where that is to come."""
    if starts_on and starts_on > today:
        return _("From %(day)s", day=text_date(starts_on))
    if ends_on is None:
        return _("Does not expire")
    if ends_on < today:
        return _("Expired %(day)s", day=text_date(ends_on))
    return _("Expires %(day)s", day=text_date(ends_on))


def seats_of(used: int, seats: int | None) -> str:
    """12 of 50; where nobody counts them, how many are used."""
    if seats is None:
        return _("%(used)s in use", used=number(used))
    return _("%(used)s of %(seats)s", used=number(used), seats=number(seats))


def place_of(row: Any) -> str:
    """Where seats are: with whom, on which device, at which site; as far as the reader sees it."""
    site = row.site or row.device_site
    room = row.room or row.device_room
    return ", ".join(part for part in (row.holder, row.identifier, room, site) if part)


def where_of(row: Any) -> str:
    """The same, where there is always something to say."""
    if place := place_of(row):
        return place
    if row.ended_at:
        return _("A person")
    return _("Elsewhere in the organization")


def assigned_to(row: Any, seats: int, seats_used: int) -> str:
    """The first place in a list, and how many seats are elsewhere."""
    others = seats_used - seats
    if others < 1:
        return where_of(row)
    more = ngettext("%(num)s more seat", "%(num)s more seats", others)
    return f"{where_of(row)} + {more}"


_NAMES = {
    "name": N_("Product"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "seats": N_("Number of seats"),
    "order_number": N_("Order number"),
    "purchase_order": N_("Purchase order (PO number)"),
    "renewal": N_("Renewal"),
}


def changes_of(event: Any) -> list[tuple[str, str, str]]:
    """What a change of the term changed: what it is, what it was, what it is now."""
    if event.what is not What.TERM_CHANGED:
        return []
    return [
        (_(_NAMES[name]), _worded(name, both[0]), _worded(name, both[1]))
        for name, both in event.details.items()
        if name in _NAMES
    ]


def _worded(name: str, value: Any) -> str:
    if value in {None, ""}:
        return "–"
    if name in {"starts_on", "ends_on"}:
        return text_date(date.fromisoformat(value))
    return label(Renewal(value)) if name == "renewal" else str(value)
