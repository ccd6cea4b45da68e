"""The first page: what must be done, what there is, and what happened last."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.web.guard import allow
from portal.web.pages import page

bp = Blueprint("overview", __name__)


@bp.get("/")
@allow(Permission.ACCOUNT_VIEW)
def overview() -> ResponseReturnValue:
    return page("overview/overview.html")
