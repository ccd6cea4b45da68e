"""The users of an account: who has access, and to what."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.accounts.holdings import left_behind
from portal.base import clock
from portal.base.access import CUSTOMER_ROLES, Permission
from portal.base.references import reference
from portal.users import exports
from portal.users.filters import heading, not_signed_in, read_filters
from portal.users.rules import Status, status_of
from portal.web.guard import account, allow
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import CAP, capped_count, page_of
from portal.web.session import db
from portal.web.sheets import send_sheet

MOST_LEFT = 20  # former users who are named
bp = Blueprint("users", __name__)


def path_of(row: Any) -> str:
    """Where a row of the list is looked at: a person, or an invitation."""
    if row.place < 0:
        return f"/organization/invitations/{reference('INV', -row.place)}"
    return f"/organization/users/{reference('U', row.place)}"


@bp.get("")
@allow(Permission.ORGANIZATION_MANAGE)
@limited("search")
def index() -> ResponseReturnValue:
    now, filters = clock.now(), read_filters(request.args)
    query, order = filters.wanted(account().id, now)
    found = capped_count(db(), query)
    count = heading(found, CAP)
    return page(
        "users/index.html",
        filters=filters,
        listed=page_of(db(), query, order),
        alone=found < 2 and not filters.narrowed,
        count=count,
        news=count,
        left=[]
        if filters.narrowed
        else db().scalars(left_behind(account().id, most=MOST_LEFT)).all(),
        status_of=lambda row: status_of(
            ends_at=row.ends_at, deactivated_at=row.deactivated_at, now=now
        ),
        path_of=path_of,
        not_signed_in=not_signed_in(),
        roles=CUSTOMER_ROLES,
        statuses=Status,
    )


@bp.get("/users.<any(csv, xlsx):format>")
@allow(Permission.ORGANIZATION_MANAGE, Permission.EXPORT)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    rows = exports.rows(db(), read_filters(request.args), account().id, now=clock.now())
    return send_sheet(format, name=_("users"), columns=exports.columns(), rows=rows)
