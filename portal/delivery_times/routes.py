"""How long parcels take: staff read it, logistics keeps it."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.delivery_times.actions import add_stretch, change_shipping, remove_stretch
from portal.delivery_times.forms import ShippingForm, StretchForm
from portal.delivery_times.models import PostalCodeStretch
from portal.delivery_times.queries import shipping_sites, stretches_listed
from portal.delivery_times.rules import Shipping, write_days_off
from portal.delivery_times.times import delivery_times, shipping_of
from portal.profile.zones import city
from portal.sites.rules import Country
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import language
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("delivery_times", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/shipping")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def change() -> ResponseReturnValue:
    form = ShippingForm()
    if form.validate():
        try:
            version = form.version.data
            changed = change_shipping(db(), form.shipping(), version=version, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".index"), 303)
    return _page(422, shipping_form=form)


@bp.post("/postal-codes")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def add() -> ResponseReturnValue:
    form = StretchForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                add_stretch(db(), **form.told(), by=viewer())
                sent.led_to = url_for(".index")
                flash(_("The postal codes are added."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(422, stretch_form=form)


@bp.post(f"/postal-codes/<int(max={LARGEST}):line_id>/removal")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def remove(line_id: int) -> ResponseReturnValue:
    line = db().get(PostalCodeStretch, line_id) or abort(404)
    remove_stretch(db(), line, by=viewer())
    flash(_("The line is removed."))
    return redirect(url_for(".index"), 303)


def _page(
    status: int = 200,
    *,
    shipping_form: ShippingForm | None = None,
    stretch_form: StretchForm | None = None,
) -> ResponseReturnValue:
    site = db().scalars(shipping_sites().limit(1)).first()
    shipping, now = shipping_of(site) if site else Shipping(), clock.now()
    return page(
        "delivery_times/index.html",
        status,
        shipping=shipping,
        country=Country(shipping.country),
        zone=city(language(), shipping.zone),
        days_off=write_days_off(shipping.days_off),
        form=shipping_form or ShippingForm.showing(shipping, site.version if site else 0),
        stretch_form=stretch_form or StretchForm(formdata=None),
        stretches=db().scalars(stretches_listed()).all(),
        code=_written,
        example=delivery_times(db()).promise(now, country=Country.NORWAY.value, postal_code=""),
    )


def _written(country: str, code: int) -> str:
    """As many digits as the country's codes have: 0150."""
    return f"{code:0{ {'NO': 4, 'DK': 4, 'IS': 3}.get(country, 5) }d}"
