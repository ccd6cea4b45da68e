"""The list of service requests."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.service_requests import exports
from portal.service_requests.beside import Line, told_beside
from portal.service_requests.filters import Filters, Sort, View, read_filters
from portal.service_requests.forms import SaveViewForm
from portal.service_requests.listing import list_requests
from portal.service_requests.own_queries import saved_views
from portal.service_requests.rules import About, Status
from portal.service_requests.views import forget_view, save_view
from portal.service_requests.wording import status_color
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db
from portal.web.sheets import send_sheet

bp = Blueprint("service_requests", __name__)
LIST = "service_requests"
CHOICES = {each.__name__: each for each in (Severity, Status, About, Sort, View)}


@bp.get("")
@allow(Permission.REQUESTS_VIEW)
@limited("search")
def index() -> ResponseReturnValue:
    return _list(read_filters(request.args), SaveViewForm(formdata=None))


@bp.get("/requests.<any(csv, xlsx):format>")
@allow(Permission.REQUESTS_VIEW, Permission.EXPORT)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    rows = exports.rows(db(), read_filters(request.args), person_id=viewer().id)
    return send_sheet(format, name=_("requests"), columns=exports.columns(), rows=rows)


@bp.post("/views")
@allow(Permission.REQUESTS_VIEW)
def save() -> ResponseReturnValue:
    """Keep the list as it is narrowed under a name of one's own."""
    filters, form = read_filters(request.args), SaveViewForm()
    if not form.validate():
        return _list(filters, form, 422)
    try:
        save_view(
            db(),
            LIST,
            form.name.data,
            filters.address(),
            person_id=viewer().id,
            account_id=account().id,
            now=clock.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _list(filters, form, 422)
    flash(_("The search is saved."))
    return redirect(_path(filters), 303)


@bp.post(f"/views/<int(max={LARGEST}):view_id>/removal")
@allow(Permission.REQUESTS_VIEW)
def forget(view_id: int) -> ResponseReturnValue:
    forget_view(db(), view_id, person_id=viewer().id)
    flash(_("The search is deleted."))
    return redirect(_path(read_filters(request.args)), 303)


def _list(filters: Filters, form: SaveViewForm, status: int = 200) -> ResponseReturnValue:
    listed = list_requests(db(), filters, person_id=viewer().id, now=clock.now())
    mine = {"person_id": viewer().id, "list_name": LIST, "account_id": account().id}
    return page(
        "service_requests/index.html",
        status,
        filters=filters,
        listed=listed,
        form=form,
        choices=CHOICES,
        views=db().scalars(saved_views(), mine).all(),
        status_color=status_color,
        news=listed.heading,
        lines=_beside() if not filters.text else [],
    )


def _beside() -> list[Line]:
    """What there is to do beside the requests, for whoever may do it."""
    if not viewer().may(Permission.REQUESTS_CHANGE) or account().closed_at:
        return []
    return told_beside(db(), person_id=viewer().id, now=clock.now())


def _path(filters: Filters) -> str:
    query = filters.address()
    return f"{url_for('.index')}?{query}" if query else url_for(".index")
