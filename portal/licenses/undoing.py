"""The way back from what was just done with seats: shown where the deed led to."""

from flask import request, url_for

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference, reference
from portal.licenses.part_models import SeatChange
from portal.licenses.part_queries import seat_change_with_id
from portal.licenses.rules import CHANGE_PREFIX, PREFIX, UNDONE_WITHIN
from portal.web.guard import viewer
from portal.web.session import db


def changed_path(change: SeatChange) -> str:
    """The page of the license, or the list where there are several, with the way back on it."""
    ids = {part[0] for part in change.parts}
    if len(ids) == 1:
        number = reference(PREFIX, ids.pop())
        return url_for("licenses.show", reference=number, changed=change.reference)
    return url_for("licenses.index", changed=change.reference)


def undoable() -> SeatChange | None:
    """What the address says was just done, while it can be undone."""
    number = read_reference(CHANGE_PREFIX, request.args.get("changed", ""))
    may = viewer().may(Permission.LICENSES_ASSIGN) and viewer().sees_every_site
    if not number or not may:
        return None
    change = db().scalars(seat_change_with_id(number)).one_or_none()
    if change is None or change.undone_at:
        return None
    return change if clock.now() - change.at <= UNDONE_WITHIN else None
