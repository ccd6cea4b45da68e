"""Asking for a replacement: which device, what is wrong, where to; checked before it is sent."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.products.models import Product
from portal.replacements.actions import ask_for_replacement, checked_asking
from portal.replacements.faults import FAULTS, Fault, tried_of
from portal.replacements.finding import (
    Device,
    device_named,
    devices_to_choose,
    saved_addresses,
)
from portal.replacements.forms import FaultForm, ReplacementForm
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import PREFIX
from portal.replacements.standing import Standing, promised, reseller_of, standing_of
from portal.replacements.wording import order_before, status_sentence
from portal.web.formats import phone
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.operator import OPERATOR
from portal.web.pages import page
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
    named = request.args.get("product", ""), request.args.get("count", "")
    if not any(named):
        return _choose()
    device = device_named(db(), *named) or abort(404)
    standing = standing_of(db(), device, now=clock.now())
    if standing.barred:
        return _barred(device, standing)
    asked = request.args.get("fault")
    form = FaultForm(standing.model.category, formdata=request.args)
    if asked is None or not form.validate():
        return _what_is_wrong(device, standing, form, 200 if asked is None else 422)
    return _where(device, standing, _first(device, Fault(asked)))


@bp.post("/new/answers")
@allow(Permission.REPLACEMENTS_CHANGE, Permission.PRODUCTS_VIEW)
def check() -> ResponseReturnValue:
    """Show it all before it is sent, with the day the new device arrives; or go back to change."""
    sent_in = _sent()
    if sent_in is None:
        return _choose(422)
    device, standing, form = sent_in
    if standing.barred:
        return _barred(device, standing, 422)
    if request.form.get("change"):
        return _where(device, standing, form)
    if form.validate():
        try:
            return _answers(device, standing, form)
        except Refused as refusal:
            form.refuse(refusal)
    return _where(device, standing, form, 422)


@bp.post("/new")
@allow(Permission.REPLACEMENTS_CHANGE, Permission.PRODUCTS_VIEW)
def send() -> ResponseReturnValue:
    sent_in = _sent()
    if sent_in is None:
        return _choose(422)
    device, standing, form = sent_in
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                now = clock.now()
                day = promised(db(), standing, form.address, now=now).arrives
                if standing.barred is None and form.shown.data != day.isoformat():
                    form.refuse(Refused(LATER))
                    return _answers(device, standing, form, 422)
                asked = form.asking(_colleague(form))
                made = ask_for_replacement(db(), device, asked, by=viewer(), now=now)
                sent.led_to = url_for(".receipt", reference=made.reference)
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    if standing.barred:
        return _barred(device, standing, 422)
    return _where(device, standing, form, 422)


@bp.get("/<reference>/receipt")
@allow(Permission.REPLACEMENTS_VIEW)
def receipt(reference: str) -> ResponseReturnValue:
    """What was asked for, what happens next and when. It can be come back to, or printed."""
    number = read_reference(PREFIX, reference) or abort(404)
    it = db().scalars(replacement_with_id(number)).one()
    return page(
        "replacements/receipt.html",
        it=it,
        sentence=status_sentence(it, today=clock.today()),
        operator=OPERATOR,
    )


def _sent() -> tuple[Device, Standing, ReplacementForm] | None:
    """What a form is about: a device that is seen, and a fault that it can have."""
    named = request.form.get("product", ""), request.form.get("count", "")
    device = device_named(db(), *named)
    if device is None:
        return None
    standing = standing_of(db(), device, now=clock.now())
    fault = request.form.get("fault", "")
    if fault not in FAULTS[standing.model.category]:
        return None
    saved = saved_addresses(db(), device.site_id)
    return device, standing, ReplacementForm(asked=Fault(fault), saved=saved)


def _first(device: Device, fault: Fault) -> ReplacementForm:
    """The form as it is shown first: whoever asks receives it, where the device is."""
    known = {"fault": fault.value, "product": "", "count": ""}
    known["product" if isinstance(device, Product) else "count"] = device.reference
    if viewer().kind == "customer":
        me = db().get_one(User, viewer().id)
        known |= {"recipient": me.name, "phone": phone(me.phone) if me.phone else ""}
    saved = saved_addresses(db(), device.site_id)
    return ReplacementForm(formdata=None, data=known, asked=fault, saved=saved)


def _colleague(form: ReplacementForm) -> int | None:
    """Whoever asks for themselves is known, so that their name goes when they do."""
    own = viewer().kind == "customer" and (form.recipient.data or "").strip() == viewer().name
    return viewer().id if own else None


def _choose(status: int = 200) -> ResponseReturnValue:
    text = request.args.get("q", "").replace("\0", "").strip()[:80]
    found = devices_to_choose(db(), text)
    if text and len(found) == 1 and found[0].known_as:  # as a scanner sends it
        return redirect(url_for(".new", product=found[0].reference), 303)
    return page("replacements/choose.html", status, text=text, found=found)


def _barred(device: Device, standing: Standing, status: int = 200) -> ResponseReturnValue:
    return page(
        "replacements/barred.html",
        status,
        device=device,
        standing=standing,
        reseller=reseller_of(db(), account().id, clock.today()),
        operator=OPERATOR,
    )


def _what_is_wrong(
    device: Device, standing: Standing, form: FaultForm, status: int
) -> ResponseReturnValue:
    return page("replacements/fault.html", status, device=device, standing=standing, form=form)


def _where(
    device: Device, standing: Standing, form: ReplacementForm, status: int = 200
) -> ResponseReturnValue:
    return page("replacements/where.html", status, device=device, standing=standing, form=form)


def _answers(
    device: Device, standing: Standing, form: ReplacementForm, status: int = 200
) -> ResponseReturnValue:
    asked, now = checked_asking(standing.model, form.asking(None)), clock.now()
    promise = promised(db(), standing, asked.address, now=now)
    form.shown.data = promise.arrives.isoformat()
    return page(
        "replacements/answers.html",
        status,
        device=device,
        standing=standing,
        form=form,
        asked=asked,
        tried=tried_of(asked.fault, asked.tried),
        promise=promise,
        order_before=order_before(promise, now),
    )
