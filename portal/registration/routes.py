"""Registering devices: one by its number, or so many of a model, with a camera where it helps."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from portal.agreements.queries import agreement_terms
from portal.agreements.rules import coverage
from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.tenancy import Scope
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.products.actions import AlreadyRegistered, Place, register_product
from portal.products.finding import model_named, path_of, site_id_of
from portal.products.models import Product
from portal.products.queries import products_known_as
from portal.products.rules import bare, fits, read_mac, read_serial_number, shape_of
from portal.registration.forms import PhotoForm, RegisterProductForm
from portal.registration.photos import MOST_BYTES, TOO_LARGE, read_codes
from portal.registration.rules import serial_among
from portal.web.guard import allow, viewer
from portal.web.headers import allow_scanning
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db, open_session

bp = Blueprint("registration", __name__)
MOST_MODELS = 8


@bp.get("")
@allow(Permission.PRODUCTS_CHANGE)
def new() -> ResponseReturnValue:
    form = RegisterProductForm(
        formdata=None, serial_number=bare(request.args.get("serial", ""))[:40]
    )
    return _one(form)


@bp.post("")
@allow(Permission.PRODUCTS_CHANGE)
def register() -> ResponseReturnValue:
    form = RegisterProductForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                product = register_product(
                    db(),
                    model_id=model_named(form.model.data).id,
                    serial_number=form.serial_number.data,
                    mac=form.mac.data,
                    place=Place(
                        site_id=site_id_of(form.site.data),
                        room=form.room.data,
                        asset_tag=form.asset_tag.data,
                        holder=form.holder.data,
                        installed_version=form.installed_version.data,
                    ),
                    by=viewer(),
                    now=clock.now(),
                )
                sent.led_to = path_of(product)
                flash(_("%(device)s is registered.", device=product.identifier))
            return redirect(sent.led_to, 303)
        except AlreadyRegistered as refusal:
            form.refuse(refusal)
            return _one(form, 422, ours=refusal.reference)
        except Refused as refusal:
            form.refuse(refusal)
    return _one(form, 422)


@bp.get("/models")
@allow(Permission.PRODUCTS_CHANGE)
@limited("search")
def models() -> ResponseReturnValue:
    """The models that what is typed may mean; those that fit the serial number come first."""
    catalogue = catalogue_of(db())
    serial = bare(request.args.get("serial_number", ""))
    typed = request.args.get("model", "").strip()[:80]
    found = catalogue.matching(typed) if typed else {model.id for model in catalogue}
    fitting = [model for model in catalogue if model.id in found]
    if serial:
        fitting.sort(key=lambda model: not fits(serial, model.serial_pattern))
    return page("registration/models.html", models=fitting[:MOST_MODELS])


@bp.get("/lookup")
@allow(Permission.PRODUCTS_CHANGE)
@limited("search")
def look_up() -> ResponseReturnValue:
    """What a serial number or MAC address tells while it is typed. It holds nobody up."""
    return page("registration/lookup.html", **_told(request.args))


@bp.get("/scan")
@allow(Permission.PRODUCTS_CHANGE)
def scan() -> ResponseReturnValue:
    allow_scanning()
    return page("registration/scan.html", form=PhotoForm(formdata=None))


@bp.post("/scan")
@allow(Permission.PRODUCTS_CHANGE, most_bytes=MOST_BYTES + 1_000_000)
@limited("upload")
def read_photo() -> ResponseReturnValue:
    form = PhotoForm()
    allow_scanning()
    if form.validate():
        try:
            serial = serial_among(read_codes(form.photo.data.read()))
            if serial is None:
                raise Refused(N_("The codes in the photo are no serial number."), field="photo")
            return redirect(url_for(".new", serial=serial), 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("registration/scan.html", 422, form=form)


@bp.errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """Told beside the field, and not on a page of its own. What was sent has not been read."""
    if request.endpoint != f"{bp.name}.{read_photo.__name__}":
        device = RegisterProductForm(formdata=None)
        device.form_errors.append(_("What you sent is too long. Shorten it, and try again."))
        return _one(device, 413)
    form = PhotoForm(formdata=None)
    form.refuse(Refused(TOO_LARGE, field="photo"))
    allow_scanning()
    return page("registration/scan.html", 413, form=form)


def _one(form: RegisterProductForm, status: int = 200, **context: Any) -> ResponseReturnValue:
    given = {name: form[name].data or "" for name in ("serial_number", "mac", "model")}
    told = _told(given) if any(given.values()) and status == 200 else {}
    return page("registration/one.html", status, form=form, **told, **context)


def _told(given: Any) -> dict[str, Any]:
    """What is known of a device by what has been typed so far."""
    model = catalogue_of(db()).named(given.get("model", "")[:80])
    told: dict[str, Any] = {"model": model}
    for field, read in (("serial_number", read_serial_number), ("mac", read_mac)):
        try:
            told[field] = read(given.get(field, "")[:60])
        except Refused:
            continue
        known = products_known_as(**{field: told[field]})
        if ours := db().scalars(known).first():
            told["ours"] = ours.reference
        else:
            told["taken"] = told.get("taken") or _taken(known)
            told["out_of_sight"] = told["taken"] and not viewer().sees_every_site
    if model:
        told["coverage"] = coverage(model, agreement_terms(db()), clock.today())
    if "serial_number" in told:
        told["shape"] = shape_of(told["serial_number"])
        told["misfit"] = model is not None and not fits(told["serial_number"], model.serial_pattern)
    return told


def _taken(known: Select[Product]) -> bool:
    """Whether the device is registered at all, which an account's own session cannot see."""
    everywhere = Scope(read=None, write=None, reason="whether a device is registered at all")
    with open_session(everywhere, reading=True) as session:
        return session.scalars(known).first() is not None
