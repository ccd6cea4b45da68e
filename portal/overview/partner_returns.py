"""What a partner's customers have not sent back yet: one list of them all, the latest first."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import write_master_account_id
from portal.overview.queries import customers_of
from portal.replacements.filters import View
from portal.replacements.listing import listed
from portal.replacements.models import Replacement
from portal.replacements.wording import return_color
from portal.web.guard import allow, viewer
from portal.web.pages import page
from portal.web.paging import Order
from portal.web.session import db

bp = Blueprint("partner_returns", __name__)
ORDER = Order((Replacement.return_due_on, Replacement.id), empties_last=True)
VIEWS = (View.OVERDUE, View.RETURN)
SEEN = Permission.REPLACEMENTS_VIEW.value


@bp.get("/partner/returns")
@allow(Permission.PARTNER_START, everywhere=True)
def index() -> ResponseReturnValue:
    """Of those customers that let this partner see their replacements."""
    today, view = clock.today(), VIEWS[request.args.get("view") == View.RETURN.value]
    rows = db().execute(customers_of(viewer().id, today=today)).all()
    customers = {it.id: it for it in rows if SEEN in it.permissions}
    theirs = Replacement.account_id.in_(customers)
    found = listed(db(), [theirs, *view.conditions(today)], ORDER, walked=view.walked, today=today)
    return page(
        "overview/partner_returns.html",
        view=view,
        views=VIEWS,
        listed=found,
        numbers={each: write_master_account_id(it.digits) for each, it in customers.items()},
        return_color=return_color,
        news=found.heading,
    )
