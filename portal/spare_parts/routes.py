"""`/desk/logistics/parts`: the spare parts that customers can ask for."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.spare_parts.actions import add_part, change_part, offer_again, withdraw_part
from portal.spare_parts.forms import ChangePartForm, PartForm
from portal.spare_parts.models import SparePart
from portal.spare_parts.parts import spare_parts
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("spare_parts", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _page(PartForm(formdata=None))


@bp.post("")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def add() -> ResponseReturnValue:
    form = PartForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                add_part(db(), **_stated(form), by=viewer())
                sent.led_to = url_for(".index")
                flash(_("The part is added."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(form, 422)


@bp.get(f"/<int(max={LARGEST}):part_id>")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def show(part_id: int) -> ResponseReturnValue:
    part = db().get(SparePart, part_id) or abort(404)
    return _part_page(part, ChangePartForm.of(part, _fitting(part)))


@bp.post(f"/<int(max={LARGEST}):part_id>")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def change(part_id: int) -> ResponseReturnValue:
    part, form = db().get(SparePart, part_id) or abort(404), ChangePartForm()
    if form.validate():
        try:
            told = _stated(form)
            changed = change_part(db(), part, version=form.version.data, **told, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".index"), 303)
    return _part_page(part, form, 422)


@bp.post(f"/<int(max={LARGEST}):part_id>/withdrawal")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def withdraw(part_id: int) -> ResponseReturnValue:
    part = db().get(SparePart, part_id) or abort(404)
    withdraw_part(db(), part, by=viewer(), now=clock.now())
    flash(_("The part is not offered any more."))
    return redirect(url_for(".index"), 303)


@bp.post(f"/<int(max={LARGEST}):part_id>/offer")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def offer(part_id: int) -> ResponseReturnValue:
    part = db().get(SparePart, part_id) or abort(404)
    offer_again(db(), part, by=viewer())
    flash(_("The part is offered again."))
    return redirect(url_for(".index"), 303)


def _stated(form: PartForm | ChangePartForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("number", "name_nb", "name_en", "models")}


def _fitting(part: SparePart) -> list[str]:
    """The names of the models that it fits, as they are written in the form."""
    catalogue = catalogue_of(db(), knowing=part.model_ids)
    return [catalogue[each].name for each in part.model_ids]


def _part_page(part: SparePart, form: ChangePartForm, status: int = 200) -> ResponseReturnValue:
    return page("spare_parts/show.html", status, part=part, form=form, models=_fitting(part))


def _page(form: PartForm, status: int = 200) -> ResponseReturnValue:
    every = spare_parts(db()).values()
    parts = [it for it in every if it.offered]
    return page(
        "spare_parts/index.html",
        status,
        parts=parts,
        withdrawn=[it for it in every if not it.offered],
        catalogue=catalogue_of(db(), knowing={each for it in parts for each in it.model_ids}),
        form=form,
    )
