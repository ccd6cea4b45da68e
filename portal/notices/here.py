"""My notices: what somebody was told, in the portal itself, across the accounts they are in."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import GRANTABLE, GRANTS, Permission
from portal.notices.actions import read_all
from portal.notices.mails import line_of, names_in
from portal.notices.models import PortalNotice
from portal.notices.queries import rights_there, shown_here
from portal.notices.rules import may_know
from portal.web.guard import personal, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import Order, page_of
from portal.web.session import db

bp = Blueprint("my_notices", __name__)
NEWEST = Order((PortalNotice.id,), descending=True)


@bp.get("")
@personal()
def index() -> ResponseReturnValue:
    listed = page_of(db(), shown_here(viewer().id), NEWEST)
    mine, there = _rights()
    lines: list[dict[str, Any]] = []
    names = names_in(db(), [row.PortalNotice for row in listed.rows])
    for row in listed.rows:
        it, account = row.PortalNotice, row.name
        rights: dict[str, Any] = {"staff": viewer().kind == "staff", "mine": mine, "there": there}
        known = may_know(it.notice, it.template, it.account_id, **rights)
        if known and (line := line_of(it, current_app.config["PORTAL_URL"], names)):
            lines.append(
                {"it": it, "account": account or _("Support"), **line, "link": _path(line["link"])}
            )
    number = listed.rows[0].unread if listed.rows else 0
    return page("notices/index.html", listed=listed, lines=lines, unread=number)


@bp.post("/reading")
@personal()
def read() -> ResponseReturnValue:
    read_all(db(), viewer().id, now=clock.now())
    return redirect(url_for(".index"), 303)


def _path(link: str) -> str:
    """Within the portal, by whichever of its addresses it is read."""
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _rights() -> tuple[frozenset[Permission], dict[int, frozenset[Permission]]]:
    """What the viewer may do at all, and in each of their accounts: as of now."""
    mine = frozenset(each for each in Permission if viewer().may(each))
    there = {}
    for account_id, role, permissions in db().execute(
        rights_there(viewer().id, today=clock.today())
    ):
        granted = frozenset(Permission(name) for name in permissions or ()) & GRANTABLE
        there[account_id] = GRANTS[role] if role else granted
    return mine, there
