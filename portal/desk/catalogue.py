"""The catalogue: all staff look, the portal's administrators add and change."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference, reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.catalogue.actions import add_model, change_model
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.facts import facts_of
from portal.catalogue.forms import AddModelForm, ChangeModelForm
from portal.catalogue.models import ProductModel
from portal.desk.catalogue_list import Listed, models_listed
from portal.desk.catalogue_words import model_words, saved_meanwhile
from portal.desk.forms import SuccessorForm
from portal.desk.history import told
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("desk_catalogue", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    shown: Listed = models_listed(catalogue_of(db()), request.args, clock.today())
    return page("desk/catalogue/index.html", shown=shown, news=shown.found)


@bp.get("/new")
@allow(Permission.CATALOGUE_CHANGE, everywhere=True)
def new() -> ResponseReturnValue:
    return page("desk/catalogue/new.html", form=AddModelForm())


@bp.post("")
@allow(Permission.CATALOGUE_CHANGE, everywhere=True)
def add() -> ResponseReturnValue:
    form = AddModelForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                model = add_model(db(), form.facts(), by=viewer())
                sent.led_to = path_of(model)
                flash(_("%(model)s is in the catalogue.", model=model.name))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("desk/catalogue/new.html", 422, form=form)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    return model_page(ref, model_referred_to(ref))


@bp.get("/<ref>/facts")
@allow(Permission.CATALOGUE_CHANGE, everywhere=True)
def edit(ref: str) -> ResponseReturnValue:
    model = model_referred_to(ref)
    form = ChangeModelForm.opened(facts_of(model), model.version)
    return page("desk/catalogue/edit.html", model=model, form=form, saved={})


@bp.post("/<ref>/facts")
@allow(Permission.CATALOGUE_CHANGE, everywhere=True)
def change(ref: str) -> ResponseReturnValue:
    model, form = model_referred_to(ref), ChangeModelForm()
    if form.validate():
        try:
            changed = change_model(
                db(), model, form.facts(), version=form.version.data, by=viewer()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(path_of(model), 303)
    saved = saved_meanwhile(facts_of(model), form) if form.overtaken else {}
    return page("desk/catalogue/edit.html", 422, model=model, form=form, saved=saved)


def model_page(
    ref: str, model: ProductModel, status: int = 200, form: SuccessorForm | None = None
) -> ResponseReturnValue:
    after = catalogue_of(db()).get(model.successor_id)
    return page(
        "desk/catalogue/show.html",
        status,
        model=model,
        reference=ref,
        successor=after,
        successor_reference=reference("M", after.id) if after else "",
        form=form or SuccessorForm.showing(after.name if after else "", model.version),
        lifecycle=model.lifecycle(clock.today()),
        history=told(db(), model, model_words()),
    )


def path_of(model: ProductModel) -> str:
    return url_for("desk_catalogue.show", ref=reference("M", model.id))


def model_referred_to(ref: str) -> ProductModel:
    return (
        db().scalars(select(ProductModel).where(ProductModel.id == read_reference("M", ref))).one()
    )
