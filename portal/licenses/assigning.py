"""Seats of a license taken back, or moved; and what the fields for them offer."""

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts.queries import sites_like
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.licenses.actions import move_seats, take_back
from portal.licenses.finding import find_seat, ring, seat_of
from portal.licenses.forms import SeatForm
from portal.licenses.models import License, LicenseAssignment
from portal.licenses.part_models import Deed
from portal.licenses.queries import devices_beginning
from portal.licenses.routes import license_page
from portal.licenses.together import remember
from portal.licenses.undoing import changed_path
from portal.products.rules import bare
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("license_assignments", __name__)
MOST = 8  # offered


@bp.get("/sites")
@allow(Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def site_choices() -> ResponseReturnValue:
    """The account's sites that what is typed may mean."""
    typed = request.args.get("site", "").replace("\0", "").strip()[:80]
    return page("products/sites.html", sites=db().scalars(sites_like(typed).limit(MOST)).all())


@bp.get("/devices")
@allow(Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
@limited("search")
def device_choices() -> ResponseReturnValue:
    """The account's devices whose numbers begin like this."""
    typed = bare(request.args.get("device", ""))[:20]
    found = db().execute(devices_beginning(typed).limit(MOST)).all() if typed else []
    return page("licenses/devices.html", devices=found)


@bp.post("/<reference>/return")
@allow(Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def take(reference: str) -> ResponseReturnValue:
    given = find_seat(reference)
    it, holder, by, now = given.license, given.holder, viewer(), clock.now()
    try:
        take_back(db(), ring(), it, given, by=by, now=now)
    except Refused as refusal:
        return license_page(it, 422, refused=explain(refusal))
    part = [it.id, given.id, holder, None]
    flash(_("The seats are taken back, and can be given to others."))
    return redirect(changed_path(remember(db(), Deed.TAKEN_BACK, [part], by=by, now=now)), 303)


@bp.get("/<reference>/move")
@allow(Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def ask_move(reference: str) -> ResponseReturnValue:
    given = find_seat(reference)
    it = given.license
    return _move_page(it, given, SeatForm(formdata=None, data=_now(given)))


@bp.post("/<reference>/move")
@allow(Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def move(reference: str) -> ResponseReturnValue:
    given, form = find_seat(reference), SeatForm()
    it = given.license
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                by, now, holder = viewer(), clock.now(), given.holder
                made = move_seats(db(), ring(), it, given, seat_of(form), by=by, now=now)
                part = [it.id, given.id, holder, made.id]
                sent.led_to = changed_path(remember(db(), Deed.MOVED, [part], by=by, now=now))
                flash(_("The seats are moved."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _move_page(it, given, form, 422)


def _now(given: LicenseAssignment) -> dict[str, object]:
    return {
        "site": given.site.name if given.site else "",
        "room": given.room,
        "device": given.product.identifier if given.product else "",
        "holder": given.holder,
        "seats": given.seats,
    }


def _move_page(
    it: License, given: LicenseAssignment, form: SeatForm, status: int = 200
) -> ResponseReturnValue:
    return page("licenses/move.html", status, it=it, given=given, form=form)
