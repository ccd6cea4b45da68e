"""`/desk/logistics/carriers`: whom parcels can be sent with, beside Posten."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.carriers.bring import NAME
from portal.carriers.forms import CarrierForm
from portal.carriers.keeping import add_carrier, withdraw_carrier
from portal.carriers.models import OtherCarrier
from portal.carriers.others import other_carriers
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("carriers", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _page(CarrierForm(formdata=None))


@bp.post("")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def add() -> ResponseReturnValue:
    form = CarrierForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                told = {name: form[name].data or "" for name in ("name", "link")}
                add_carrier(db(), **told, by=viewer())
                sent.led_to = url_for(".index")
                flash(_("The carrier is added."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(form, 422)


@bp.post(f"/<int(max={LARGEST}):carrier_id>/withdrawal")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def withdraw(carrier_id: int) -> ResponseReturnValue:
    it = db().get(OtherCarrier, carrier_id) or abort(404)
    withdraw_carrier(db(), it, by=viewer(), now=clock.now())
    flash(_("The carrier is not offered any more."))
    return redirect(url_for(".index"), 303)


def _page(form: CarrierForm, status: int = 200) -> ResponseReturnValue:
    others = [it for it in other_carriers(db()).values() if it.offered]
    return page("carriers/index.html", status, usual=NAME, others=others, form=form)
