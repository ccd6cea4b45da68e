"""`/replacements/parts`: spare parts by number and count; checked before they are sent."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.agreements.queries import agreement_terms
from portal.agreements.rules import covered_models
from portal.agreements.targets import targets_with
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.text import identifier
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.delivery_times.rules import Promise
from portal.delivery_times.times import delivery_times
from portal.part_orders.actions import ask_for_parts, covered_model, parts_held_back
from portal.part_orders.forms import PartsForm
from portal.replacements.addresses import Address, checked
from portal.replacements.finding import saved_addresses
from portal.replacements.queries import agreement_in_force
from portal.replacements.wording import order_before
from portal.spare_parts.parts import Part, spare_parts
from portal.web.formats import phone
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("part_orders", __name__)
LATER = N_(
    "It is too late now for the day that you were shown. Look at the new one, and send again."
)


@bp.get("")
@allow(Permission.REPLACEMENTS_CHANGE)
@limited("search")
def index() -> ResponseReturnValue:
    """The parts that fit what is covered."""
    text = request.args.get("q", "").replace("\0", "").strip()[:80]
    catalogue, terms = catalogue_of(db()), agreement_terms(db(), account().id)
    covered = covered_models(catalogue, terms, clock.today())
    fitting = [it for it in spare_parts(db()).values() if it.offered and it.model_ids & covered]
    models = catalogue.matching(text) if text else set()
    found = [it for it in fitting if it.found_by(text) or it.model_ids & models]
    return page(
        "part_orders/index.html",
        text=text,
        found=found,
        some=bool(fitting),
        names=lambda part: [catalogue[it].name for it in sorted(part.model_ids & covered)],
    )


@bp.get("/new")
@allow(Permission.REPLACEMENTS_CHANGE)
def new() -> ResponseReturnValue:
    part = _part(request.args.get("part", "")) or abort(404)
    if covered_model(db(), account().id, part, clock.today()) is None:
        return page("part_orders/barred.html", part=part)
    known = {"part": part.number}
    if viewer().kind == "customer":
        me = db().get_one(User, viewer().id)
        known |= {"recipient": me.name, "phone": phone(me.phone) if me.phone else ""}
    return _form_page(part, PartsForm(formdata=None, data=known, saved=_saved()))


@bp.post("/answers")
@allow(Permission.REPLACEMENTS_CHANGE)
def check() -> ResponseReturnValue:
    form = PartsForm(saved=_saved())
    part = _part(form.part.data or "")
    if part is None:
        return redirect(url_for(".index"), 303)
    if request.form.get("change"):
        return _form_page(part, form)
    if form.validate():
        try:
            return _answers(part, form)
        except Refused as refusal:
            form.refuse(refusal)
    return _form_page(part, form, 422)


@bp.post("")
@allow(Permission.REPLACEMENTS_CHANGE)
def send() -> ResponseReturnValue:
    form = PartsForm(saved=_saved())
    part = _part(form.part.data or "")
    if part is None:
        return redirect(url_for(".index"), 303)
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                if form.shown.data != _promise(form.address).arrives.isoformat():
                    form.refuse(Refused(LATER))
                    return _answers(part, form, 422)
                own = viewer().kind == "customer" and form.recipient.data == viewer().name
                made = ask_for_parts(
                    db(),
                    part,
                    form.pieces.data,
                    form.address,
                    recipient_id=viewer().id if own else None,
                    by=viewer(),
                    now=clock.now(),
                )
                sent.led_to = f"/replacements/{made.reference}/receipt"
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _form_page(part, form, 422)


def _part(number: str) -> Part | None:
    wanted = identifier(number)
    found = (it for it in spare_parts(db()).values() if identifier(it.number) == wanted)
    return next((it for it in found if it.offered), None)


def _saved() -> dict[str, tuple[str, Address]]:
    return saved_addresses(db(), None)


def _promise(address: Address) -> Promise:
    agreed = db().execute(agreement_in_force(account().id, clock.today())).first()
    return delivery_times(db()).promise(
        clock.now(),
        cut_off=targets_with(agreed.targets if agreed else {})["cut_off"],
        country=address.country,
        postal_code=address.postal_code,
    )


def _form_page(part: Part, form: PartsForm, status: int = 200) -> ResponseReturnValue:
    return page("part_orders/new.html", status, part=part, form=form)


def _answers(part: Part, form: PartsForm, status: int = 200) -> ResponseReturnValue:
    address = checked(form.address)
    promise = _promise(address)
    form.shown.data = promise.arrives.isoformat()
    return page(
        "part_orders/answers.html",
        status,
        part=part,
        form=form,
        address=address,
        promise=promise,
        order_before=order_before(promise, clock.now()),
        held=parts_held_back(db(), part, form.pieces.data, address, now=clock.now()),
    )
