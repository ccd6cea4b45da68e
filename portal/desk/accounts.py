"""Every customer, for staff: found, and opened. That somebody did is on record there, and why
they change something."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts.actions import give_reason
from portal.accounts.models import Account
from portal.accounts.rules import way_back
from portal.agreements.queries import customers_like
from portal.base.access import Permission
from portal.base.references import write_master_account_id
from portal.desk.forms import ReasonForm
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("desk_accounts", __name__)
BY_NAME = Order((Account.name_key, Account.id))
LISTED = (
    Account.id,
    Account.name,
    Account.name_key,
    Account.digits,
    Account.created_at,
    Account.closed_at,
)
LONGEST = 80


@bp.get("")
@allow(Permission.ACCOUNTS_REACH, everywhere=True)
@limited("search")
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").strip()[:LONGEST]
    found: Any = customers_like(search).with_only_columns(*LISTED)
    number = capped_count(db(), found)
    count = ngettext("%(num)s customer", "%(num)s customers", number)
    if number > CAP:
        count = _("More than 1,000 customers")
    return page(
        "desk/accounts.html",
        listed=page_of(db(), found, BY_NAME),
        search=search,
        count=count,
        news=count,
        written=write_master_account_id,
    )


@bp.get("/reason")
@allow(Permission.ACCOUNTS_REACH, everywhere=True)
def reason_page() -> ResponseReturnValue:
    """Asked of staff before they change what is the customer's at hand."""
    return page("desk/reason.html", form=ReasonForm())


@bp.post("/reason")
@allow(Permission.ACCOUNTS_REACH, everywhere=True)
def state_reason() -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate():
        return page("desk/reason.html", 422, form=form)
    give_reason(db(), viewer().sign_in_id, form.reason.data)
    # What was sent before has not been done: the page has what was typed, and must be sent again.
    flash(_("Your reason is noted. Nothing is saved yet: press the button once more."), "info")
    return redirect(way_back(request.args.get("back")) or "/", 303)
