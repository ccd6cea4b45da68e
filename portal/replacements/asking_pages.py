"""The pages of asking for a replacement, one for each question."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.base import clock
from portal.replacements.actions import checked_asking
from portal.replacements.fault_forms import FaultForm
from portal.replacements.faults import Fault, tried_of
from portal.replacements.finding import devices_to_choose, saved_addresses
from portal.replacements.forms import ReplacementForm
from portal.replacements.holding import held_back
from portal.replacements.lots import Lot
from portal.replacements.standing import promised, reseller_of
from portal.replacements.wording import order_before
from portal.web.formats import phone
from portal.web.guard import account, viewer
from portal.web.operator import OPERATOR
from portal.web.pages import page
from portal.web.session import db

NO_DAY = "-"  # nobody knows when there are more


def choose_page(status: int = 200) -> ResponseReturnValue:
    text = request.args.get("q", "").replace("\0", "").strip()[:80]
    asked_in = request.args.get("request", "")[:40]
    found, more = devices_to_choose(db(), text)
    if text and len(found) == 1 and found[0].known_as:  # as a scanner sends it
        way = url_for(".new", product=found[0].reference, request=asked_in or None)
        return redirect(way, 303)
    told = {"text": text, "found": found, "more": more, "asked_in": asked_in}
    return page("replacements/choose.html", status, **told)


def barred_page(lot: Lot, status: int = 200) -> ResponseReturnValue:
    return page(
        "replacements/barred.html",
        status,
        lot=lot,
        reseller=reseller_of(db(), account().id, clock.today()),
        operator=OPERATOR,
    )


def fault_page(lot: Lot, form: FaultForm, status: int) -> ResponseReturnValue:
    return page("replacements/fault.html", status, lot=lot, form=form)


def where_page(lot: Lot, form: ReplacementForm, status: int = 200) -> ResponseReturnValue:
    return page("replacements/where.html", status, lot=lot, form=form)


def answers_page(lot: Lot, form: ReplacementForm, status: int = 200) -> ResponseReturnValue:
    asked, now = checked_asking(lot.standing.model, form.asking(None)), clock.now()
    promise = promised(db(), lot.standings, asked.address, waits=asked.waits, now=now)
    form.shown.data = promise.arrives.isoformat() if promise else NO_DAY
    return page(
        "replacements/answers.html",
        status,
        lot=lot,
        form=form,
        asked=asked,
        tried=tried_of(asked.fault, asked.tried),
        promise=promise,
        order_before=order_before(promise, now) if promise else "",
        held=held_back(db(), lot.standings, asked.address, number=lot.number, now=now),
    )


def first_form(lot: Lot, fault: Fault) -> ReplacementForm:
    """The form as it is shown first: whoever asks receives it, where the device is."""
    known = {"fault": fault.value}
    if viewer().kind == "customer":
        me = db().get_one(User, viewer().id)
        known |= {"recipient": me.name, "phone": phone(me.phone) if me.phone else ""}
    saved = saved_addresses(db(), lot.device.site_id)
    return ReplacementForm(formdata=None, data=known, asked=fault, saved=saved, short=lot.short)


def colleague(form: ReplacementForm) -> int | None:
    """Whoever asks for themselves is known, so that their name goes when they do."""
    own = viewer().kind == "customer" and (form.recipient.data or "").strip() == viewer().name
    return viewer().id if own else None
