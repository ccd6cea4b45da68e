"""What searched fields of the desk offer while one types."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.agreements.queries import customers_like, partners_like
from portal.base.access import Permission
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("desk_choices", __name__)
MOST = 8


@bp.get("/customers")
@allow(Permission.DESK_VIEW, everywhere=True)
@limited("search")
def customers() -> ResponseReturnValue:
    """By name or master account ID."""
    found = db().scalars(customers_like(_typed("customer")).limit(MOST)).all()
    return page("desk/choices/customers.html", customers=found)


@bp.get("/partners")
@allow(Permission.DESK_VIEW, everywhere=True)
@limited("search")
def partners() -> ResponseReturnValue:
    found = db().scalars(partners_like(_typed("partner")).limit(MOST)).all()
    return page("desk/choices/partners.html", partners=found)


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:80]
