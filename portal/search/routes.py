"""The search field of every page: what is named exactly is opened, the rest is shown in groups."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base.access import Permission
from portal.search.finding import (
    Devices,
    customers_found,
    devices_found,
    license_named,
    pages_found,
    replacement_named,
    request_named,
    requests_found,
)
from portal.web.guard import allow, viewer
from portal.web.limited import refuse_too_often
from portal.web.owners import of_another
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("search", __name__)
desk_bp = Blueprint("desk_search", __name__)
LONGEST = 200


@bp.get("")
@allow(Permission.ACCOUNT_VIEW)
def search() -> ResponseReturnValue:
    """In the account at hand. Staff are led on to the desk with what is no device of it."""
    refuse_too_often("search", counting=viewer().kind != "staff")
    text, devices = _text(), Devices([])
    sees = viewer().may(Permission.REQUESTS_VIEW), viewer().may(Permission.PRODUCTS_VIEW)
    if text:
        path = request_named(db(), text) if sees[0] else ""
        if not path and viewer().may(Permission.REPLACEMENTS_VIEW):
            path = replacement_named(db(), text)
        if not path and viewer().may(Permission.LICENSES_VIEW):
            path = license_named(db(), text)
        if not path and sees[1]:
            devices = devices_found(db(), text)
        if path or devices.named:
            return redirect(path or devices.named, 303)
        if viewer().kind == "partner" and (elsewhere := of_another()):
            return elsewhere
    if viewer().kind == "staff":
        return redirect(url_for("desk_search.search_desk", q=text or None), 303)
    return page(
        "search/search.html",
        text=text,
        requests=requests_found(db(), text) if text and sees[0] else [],
        devices=devices.rows,
        pages=pages_found(text) if text else [],
        customers=[],
        desk=False,
    )


@desk_bp.get("/search")
@allow(Permission.DESK_VIEW, everywhere=True)
def search_desk() -> ResponseReturnValue:
    """Requests and customers, across all accounts."""
    refuse_too_often("search")
    text = _text()
    named = (request_named, replacement_named) if text else ()
    for path in (each(db(), text, desk=True) for each in named):
        if path:
            return redirect(path, 303)
    return page(
        "search/search.html",
        text=text,
        requests=requests_found(db(), text) if text else [],
        devices=[],
        pages=pages_found(text) if text else [],
        customers=customers_found(db(), text)
        if text and viewer().may(Permission.ACCOUNTS_REACH)
        else [],
        desk=True,
    )


def _text() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
