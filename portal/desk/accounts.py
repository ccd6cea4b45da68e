"""Every customer, for staff: found, and opened. That somebody opened one is on record there."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from portal.accounts.models import Account
from portal.agreements.queries import customers_like
from portal.base.access import Permission
from portal.base.references import write_master_account_id
from portal.web.guard import allow
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, capped_count, page_of
from portal.web.session import db

bp = Blueprint("desk_accounts", __name__)
BY_NAME = Order((Account.name_key, Account.id))
LISTED = (Account.id, Account.name, Account.name_key, Account.digits, Account.created_at)
LONGEST = 80


@bp.get("")
@allow(Permission.ACCOUNTS_REACH, everywhere=True)
def index() -> ResponseReturnValue:
    search = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
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
