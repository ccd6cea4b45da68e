"""Asking for a replacement: which device, what is wrong, where to; checked before it is sent."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.replacements.actions import ask_for_replacements
from portal.replacements.asking_pages import (
    NO_DAY,
    answers_page,
    barred_page,
    choose_page,
    colleague,
    fault_page,
    first_form,
    where_page,
)
from portal.replacements.fault_forms import FaultForm
from portal.replacements.faults import Fault
from portal.replacements.finding import saved_addresses
from portal.replacements.forms import WAIT, ReplacementForm
from portal.replacements.lots import MOST, Lot, lot_named
from portal.replacements.queries import asked_together, replacement_with_id
from portal.replacements.rules import PREFIX
from portal.replacements.standing import promised
from portal.replacements.wording import status_sentence
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.operator import OPERATOR
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("replacement_asking", __name__)
LATER = N_(
    "It is too late now for the day that you were shown. Look at the new one, and send again."
)


@bp.get("/new")
@allow(Permission.REPLACEMENTS_CHANGE, Permission.PRODUCTS_VIEW)
@limited("search")
def new() -> ResponseReturnValue:
    """One question after another, as far as the address tells."""
    if not any(request.args.getlist("product")) and not request.args.get("count"):
        return choose_page()
    if len(set(request.args.getlist("product"))) > MOST:
        return _too_many()
    lot = lot_named(db(), request.args, now=clock.now()) or abort(404)
    asked, form = request.args.get("fault"), FaultForm(lot, formdata=request.args)
    if lot.barred and (asked is None or not lot.counted):
        return barred_page(lot)
    if asked is None or not form.validate():
        return fault_page(lot, form, 200 if asked is None else 422)
    if lot.barred:
        return barred_page(lot, 422)
    return where_page(lot, first_form(lot, Fault(asked)))


@bp.post("/new/picked")
@allow(Permission.REPLACEMENTS_CHANGE, Permission.PRODUCTS_VIEW)
def pick() -> ResponseReturnValue:
    """Those that were picked in the list of devices, as an address that can be come back to."""
    picked = list(dict.fromkeys(request.form.getlist("picked")))
    if len(picked) > MOST:
        return _too_many()
    if not picked:
        flash(
            _("You picked no device. Find one here, or pick several in the list of devices."),
            "warning",
        )
    return redirect(url_for(".new", product=picked or None), 303)


def _too_many() -> ResponseReturnValue:
    """Back to where they are picked, since which of them can wait nobody else knows."""
    flash(_("You can replace at most %(most)s devices at once. Pick fewer.", most=MOST), "warning")
    return redirect("/products", 303)


@bp.post("/new/answers")
@allow(Permission.REPLACEMENTS_CHANGE, Permission.PRODUCTS_VIEW)
def check() -> ResponseReturnValue:
    """Show it all before it is sent, with the day the new device arrives; or go back to change."""
    sent_in = _sent()
    if sent_in is None:
        return choose_page(422)
    lot, form = sent_in
    if lot.barred:
        return barred_page(lot, 422)
    if request.form.get("change"):
        return where_page(lot, form)
    if form.validate():
        try:
            return answers_page(lot, form)
        except Refused as refusal:
            form.refuse(refusal)
    return where_page(lot, form, 422)


@bp.post("/new")
@allow(Permission.REPLACEMENTS_CHANGE, Permission.PRODUCTS_VIEW)
def send() -> ResponseReturnValue:
    # Before all else: what was sent once is asked about devices and stock as they were then.
    sent = submission(db(), request.form.get("token", "")[:64], by=viewer().id)
    if sent.led_to:
        return redirect(sent.led_to, 303)
    sent_in = _sent()
    if sent_in is None:
        return choose_page(422)
    lot, form = sent_in
    if form.validate():
        try:
            now = clock.now()
            waits = form.chosen == WAIT
            promise = promised(db(), lot.standings, form.address, waits=waits, now=now)
            day = promise.arrives.isoformat() if promise else NO_DAY
            if not lot.barred and form.shown.data != day:
                form.refuse(Refused(LATER))
                return answers_page(lot, form, 422)
            request_id = lot.request.id if lot.request else None
            asked = form.asking(colleague(form), request_id)
            with db().begin_nested():
                made = ask_for_replacements(
                    db(), lot.devices, asked, number=lot.number, by=viewer(), now=now
                )
            sent.led_to = url_for(".receipt", reference=made[0].reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            lot, form = _sent() or sent_in  # as it is now: somebody else may have had the last one
            form.refuse(refusal)
    if lot.barred:
        return barred_page(lot, 422)
    return where_page(lot, form, 422)


@bp.get("/<reference>/receipt")
@allow(Permission.REPLACEMENTS_VIEW)
def receipt(reference: str) -> ResponseReturnValue:
    """What was asked for, what happens next and when. It can be come back to, or printed."""
    number = read_reference(PREFIX, reference) or 0
    if not 0 < number <= LARGEST:
        abort(404)
    it = db().scalars(replacement_with_id(number)).one()
    return page(
        "replacements/receipt.html",
        it=it,
        together=db().scalars(asked_together(it.first_id)).all() if it.first_id else [it],
        sentence=status_sentence(it, today=clock.today()),
        operator=OPERATOR,
    )


def _sent() -> tuple[Lot, ReplacementForm] | None:
    """What a form is about: devices that are seen, and a fault that each can have."""
    lot = lot_named(db(), request.form, now=clock.now())
    fault = request.form.get("fault", "")
    if lot is None or fault not in lot.faults:
        return None
    saved = saved_addresses(db(), lot.device.site_id)
    return lot, ReplacementForm(asked=Fault(fault), saved=saved, short=lot.short)
