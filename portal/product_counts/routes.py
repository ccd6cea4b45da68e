"""Pages of devices that are registered by count."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.signatures import signatures_of
from portal.agreements.queries import agreement_terms
from portal.agreements.rules import coverage
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import events_of
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.product_counts.actions import register_count, set_count
from portal.product_counts.forms import ChangeCountForm, RegisterCountForm
from portal.products.finding import model_named, site_id_of
from portal.products.models import ProductCount
from portal.products.queries import count_with_id
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("product_counts", __name__)


@bp.get("/new")
@allow(Permission.PRODUCTS_CHANGE)
def new() -> ResponseReturnValue:
    return page("product_counts/new.html", form=RegisterCountForm(formdata=None))


@bp.post("")
@allow(Permission.PRODUCTS_CHANGE)
def register() -> ResponseReturnValue:
    form = RegisterCountForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                counted = register_count(
                    db(),
                    model_id=model_named(form.model.data).id,
                    site_id=site_id_of(form.site.data),
                    number=form.number.data,
                    by=viewer(),
                    now=clock.now(),
                )
                sent.led_to = path_of(counted)
                flash(_("The devices are registered."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("product_counts/new.html", 422, form=form)


@bp.get("/<reference>")
@allow(Permission.PRODUCTS_VIEW)
def show(reference: str) -> ResponseReturnValue:
    counted = _find(reference)
    return _count_page(counted, ChangeCountForm(obj=counted))


@bp.post("/<reference>/number")
@allow(Permission.PRODUCTS_CHANGE)
def change(reference: str) -> ResponseReturnValue:
    counted = _find(reference)
    form = ChangeCountForm()
    if form.validate():
        try:
            set_count(
                db(), counted, version=form.version.data, number=form.number.data, by=viewer()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved."))
            return redirect(path_of(counted) if counted.number else url_for("products.index"), 303)
    return _count_page(counted, form, 422)


def _find(reference: str) -> ProductCount:
    count_id = read_reference("PC", reference) or abort(404)
    return db().scalars(count_with_id(count_id)).one()


def _count_page(
    counted: ProductCount, form: ChangeCountForm, status: int = 200
) -> ResponseReturnValue:
    model = catalogue_of(db(), knowing=[counted.model_id])[counted.model_id]
    events = db().scalars(events_of(counted).limit(50)).all()
    return page(
        "product_counts/show.html",
        status,
        counted=counted,
        model=model,
        coverage=coverage(model, agreement_terms(db()), clock.today()),
        events=events,
        signatures=signatures_of(db(), events),
        form=form,
    )


def path_of(counted: ProductCount) -> str:
    return url_for("product_counts.show", reference=counted.reference)
