"""What the searched fields of the form offer while somebody types."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.queries import sites_like
from portal.base.access import Permission
from portal.base.references import read_reference, reference
from portal.catalogue.catalogue import catalogue_of
from portal.request_opening.finding import MOST_SHOWN, colleagues_like, devices_like
from portal.request_opening.rules import MOST_AT_ONCE
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.locale import label
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("request_choices", __name__)
Option = dict[str, object]


@bp.post("/picked")
@allow(Permission.REQUESTS_CHANGE)
def pick() -> ResponseReturnValue:
    """From the list of devices to the form, with those that were picked there."""
    picked = [it for it in request.form.getlist("picked") if read_reference("P", it)]
    return redirect(url_for("request_opening.new", product=picked[: MOST_AT_ONCE + 1]), 303)


@bp.get("/devices")
@allow(Permission.PRODUCTS_VIEW)
@limited("search")
def devices() -> ResponseReturnValue:
    typed = _typed("device")
    found = devices_like(db(), typed) if typed else []
    return _offer(
        "device", [{"id": it.reference, "label": it.label, "hint": it.hint} for it in found]
    )


@bp.get("/models")
@allow(Permission.REQUESTS_CHANGE)
@limited("search")
def models() -> ResponseReturnValue:
    catalogue, typed = catalogue_of(db()), _typed("model")
    ids = catalogue.matching(typed) if typed else set()
    found = [it for it in catalogue if it.id in ids][:MOST_SHOWN]
    return _offer(
        "model", [{"id": f"m{it.id}", "label": it.name, "hint": label(it.category)} for it in found]
    )


@bp.get("/sites")
@allow(Permission.REQUESTS_CHANGE)
@limited("search")
def sites() -> ResponseReturnValue:
    found = db().scalars(sites_like(_typed("site")).limit(MOST_SHOWN)).all()
    return _offer("site", [{"id": f"s{it.id}", "label": it.name} for it in found])


@bp.get("/colleagues")
@allow(Permission.REQUESTS_CHANGE)
@limited("search")
def colleagues() -> ResponseReturnValue:
    """Whom a customer employs is for itself and for staff to look up, and not for its partners."""
    typed = _typed("contact_name")
    if not typed or viewer().kind == "partner":
        return _offer("contact_name", [])
    found = db().execute(colleagues_like(account().id, typed).limit(MOST_SHOWN)).all()
    return _offer(
        "contact_name",
        [{"id": reference("U", it.id), "label": it.name, "hint": it.email} for it in found],
    )


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:80]


def _offer(name: str, options: list[Option]) -> ResponseReturnValue:
    return page("request_opening/choices.html", name=name, options=options)
