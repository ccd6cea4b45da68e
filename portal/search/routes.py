"""Search over everything: what is named exactly is opened, the rest is shown in groups.

The same address answers while somebody types in the quick search, with the groups alone.
"""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.search.finding import find_all
from portal.search.lines import Found
from portal.search.rules import read_text
from portal.search.sight import sight_at_desk, sight_here, sight_of_partner
from portal.web.guard import allow, viewer
from portal.web.limited import refuse_too_often
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.owners import of_another
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("search", __name__)
desk_bp = Blueprint("desk_search", __name__)
partner_bp = Blueprint("partner_search", __name__)


@bp.get("")
@allow(Permission.ACCOUNT_VIEW)
def search() -> ResponseReturnValue:
    """In the account at hand. Staff are led on to the desk with what is not named in it."""
    staff = viewer().kind == "staff"
    refuse_too_often("search", counting=not staff)
    text = read_text(request.args.get("q", ""))
    if staff and (_typing() or not text):
        return redirect(_at_desk(text), 303)
    found = find_all(db(), text, sight_here(), wholly=_wholly())
    if found.named and _jumps():
        return redirect(found.named.path, 303)
    if not found.named and viewer().kind == "partner" and (elsewhere := of_another()):
        return elsewhere
    return redirect(_at_desk(text), 303) if staff else _page(text, found, ".search")


@desk_bp.get("/search")
@allow(Permission.DESK_VIEW, everywhere=True)
def search_desk() -> ResponseReturnValue:
    """Across all accounts."""
    refuse_too_often("search")
    text = read_text(request.args.get("q", ""))
    found = find_all(db(), text, sight_at_desk(), wholly=_wholly())
    if found.named and _jumps():
        return redirect(found.named.path, 303)
    return _page(text, found, ".search_desk")


@partner_bp.get("/search")
@allow(Permission.PARTNER_START, everywhere=True)
def search_customers() -> ResponseReturnValue:
    """Across the customers of a partner, of each what it granted."""
    refuse_too_often("search")
    text = read_text(request.args.get("q", ""))
    found = find_all(db(), text, sight_of_partner(db()), wholly=_wholly())
    if found.named and _jumps():
        return redirect(found.named.path, 303)
    return _page(text, found, ".search_customers")


def _page(text: str, found: Found, endpoint: str) -> ResponseReturnValue:
    return page(
        "search/search.html",
        text=text,
        found=found,
        everything=url_for(endpoint, q=text, all=1),
        news=_news(text, found),
    )


def _typing() -> bool:
    return bool(request.headers.get("HX-Request"))


def _jumps() -> bool:
    """Whoever types is shown it first; whoever asks for everything is shown all."""
    return not _typing() and not _wholly()


def _wholly() -> bool:
    return "all" in request.args


def _at_desk(text: str) -> str:
    return url_for("desk_search.search_desk", q=text or None, all=request.args.get("all"))


def _news(text: str, found: Found) -> str:
    if not text:
        return ""
    if found.many:
        return _("Many matches")
    total = found.total or int(found.named is not None)
    return ngettext("%(num)s match", "%(num)s matches", total) if total else _("No matches")
