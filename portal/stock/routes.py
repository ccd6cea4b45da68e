"""`/desk/logistics/stock`: what lies on the shelves; staff read it, logistics keeps it."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Model, catalogue_of
from portal.stock.actions import count, expect, receive
from portal.stock.forms import CountForm, ExpectingForm, ReceivingForm
from portal.stock.models import Stock
from portal.stock.queries import stock_listed
from portal.stock.rules import successors
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("stock", __name__)
MOST_LINES = 500  # there are not so many models


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _list(ReceivingForm(formdata=None))


@bp.post("/deliveries")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def take_in() -> ResponseReturnValue:
    """Something came in, which may be of a model that had no line yet."""
    form = ReceivingForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                model = _model_named(form.model.data or "")
                receive(db(), model, form.number.data, by=viewer())
                sent.led_to = url_for(".index")
                told = {"model": model.name}
                flash(
                    ngettext(
                        "%(num)s %(model)s came in.",
                        "%(num)s %(model)s came in.",
                        form.number.data,
                        **told,
                    )
                )
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return _list(form, 422)


@bp.get(f"/<int(max={LARGEST}):line_id>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(line_id: int) -> ResponseReturnValue:
    return _page(_line(line_id))


@bp.post(f"/<int(max={LARGEST}):line_id>/count")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def recount(line_id: int) -> ResponseReturnValue:
    line, form = _line(line_id), CountForm()
    if form.validate():
        try:
            version = form.version.data
            changed = count(db(), line, form.number.data, version=version, by=viewer())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("The count is saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".index"), 303)
    return _page(line, 422, count_form=form)


@bp.post(f"/<int(max={LARGEST}):line_id>/expectation")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def await_more(line_id: int) -> ResponseReturnValue:
    line, form = _line(line_id), ExpectingForm()
    if form.validate():
        try:
            on, today = form.expected_on.data, clock.today()
            version = form.version.data
            changed = expect(
                db(), line, form.ordered.data, on, version=version, today=today, by=viewer()
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_("Your changes are saved.") if changed else _("Nothing was changed."))
            return redirect(url_for(".index"), 303)
    return _page(line, 422, expecting_form=form)


def _line(line_id: int) -> Stock:
    line = db().get(Stock, line_id, options=[joinedload(Stock.model), joinedload(Stock.site)])
    return line or abort(404)


def _model_named(text: str) -> Model:
    catalogue = catalogue_of(db())
    if not text.strip():
        raise Refused(N_("Scan the part number, or write the name of the model."), field="model")
    found = catalogue.named(text.strip()) or catalogue.with_part_number(text.strip())
    if found is None:
        raise Refused(
            N_("There is no model called %(name)s in the catalogue."), field="model", name=text[:80]
        )
    return found


def _list(form: ReceivingForm, status: int = 200) -> ResponseReturnValue:
    lines = db().scalars(stock_listed().limit(MOST_LINES)).all()
    return page(
        "stock/index.html",
        status,
        lines=lines,
        catalogue=catalogue_of(db(), knowing=[it.model_id for it in lines]),
        form=form,
        day=clock.today(),
    )


def _page(line: Stock, status: int = 200, **sent: Form) -> ResponseReturnValue:
    catalogue = catalogue_of(db(), knowing=[line.model_id])
    forms = {"count_form": CountForm.of(line), "expecting_form": ExpectingForm.of(line)}
    return page(
        "stock/show.html",
        status,
        line=line,
        successors=successors(catalogue[line.model_id], catalogue),
        form=next(iter(sent.values()), None),
        **forms | sent,
    )
