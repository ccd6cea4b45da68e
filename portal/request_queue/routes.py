"""The queue: what all customers ask of support, the most urgent first."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.agreements.targets import Severity
from portal.base import clock
from portal.base.access import Permission
from portal.request_queue import exports, wording
from portal.request_queue.filters import Filters, Reader, View, read_filters
from portal.request_queue.forms import ChosenForm, NarrowForm, NextForm, SaveQueueForm
from portal.request_queue.listing import came_since, list_queue
from portal.request_queue.queries import colleagues_called
from portal.service_requests.own_queries import saved_views
from portal.service_requests.rules import About, Status
from portal.service_requests.wording import status_color
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import by_itself, db
from portal.web.sheets import send_sheet

bp = Blueprint("request_queue", __name__)
LIST = "desk"  # the name that its saved views go by
MOST_OFFERED = 8
CHOICES = {each.__name__: each for each in (Severity, Status, About, View)}


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
@limited("search")
def index() -> ResponseReturnValue:
    return show_queue(read_filters(request.args))


@bp.get("/queue/requests.<any(csv, xlsx):format>")
@allow(Permission.DESK_VIEW, Permission.EXPORT, everywhere=True)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    rows = exports.rows(db(), read_filters(request.args), reader())
    return send_sheet(format, name=_("queue"), columns=exports.columns(), rows=rows)


@bp.get("/queue/news")
@allow(Permission.DESK_VIEW, everywhere=True)
def news() -> ResponseReturnValue:
    """What the page asks for by itself: how many came since it was drawn. No words when none."""
    by_itself()
    since, filters = request.args.get("since", ""), read_filters(request.args)
    known = since.isascii() and since.isdecimal() and int(since[:10]) <= LARGEST
    number = came_since(db(), filters, reader(), int(since[:10])) if known else 0
    if not number:
        return make_response("", 204)
    came = ngettext("%(num)s new request.", "%(num)s new requests.", number)
    return render_template("request_queue/news.html", came=came, path=path_of(filters))


@bp.get("/queue/colleagues")
@allow(Permission.REQUESTS_WORK, everywhere=True)
@limited("search")
def colleagues() -> ResponseReturnValue:
    """Those who work with requests whom what is typed may mean."""
    typed = (request.args.get("to") or request.args.get("owner", "")).replace("\0", "").strip()
    found = db().scalars(colleagues_called(typed[:80]).limit(MOST_OFFERED)).all()
    return page("request_queue/colleagues.html", found=found)


def show_queue(
    filters: Filters,
    status: int = 200,
    *,
    chosen: ChosenForm | None = None,
    saving: SaveQueueForm | None = None,
    next_form: NextForm | None = None,
    picked: Collection[str] = (),
) -> ResponseReturnValue:
    """The page, with the forms as they were sent where one of them was refused."""
    listed = list_queue(db(), filters, reader())
    for form in (chosen, next_form):
        if form is not None and not (form is chosen and listed.page.rows):
            form.say_above(*form)
    mine = {"person_id": viewer().id, "list_name": LIST}
    refused: Any = next((it for it in (chosen, saving, next_form) if it is not None), None)
    return page(
        "request_queue/index.html",
        status,
        filters=filters,
        listed=listed,
        chosen=chosen or ChosenForm(formdata=None),
        saving=saving or SaveQueueForm(formdata=None),
        next_form=next_form or NextForm(formdata=None),
        form=refused,
        narrow=NarrowForm(
            formdata=None, data={"customer": filters.customer, "owner": filters.owner}
        ),
        picked=picked,
        choices=CHOICES,
        views=db().scalars(saved_views(staff=True), mine).all(),
        wording=wording,
        status_color=status_color,
        news=listed.heading,
    )


def reader() -> Reader:
    return Reader(viewer().id, viewer().role, clock.now())


def path_of(filters: Filters) -> str:
    query = filters.address()
    return f"/desk?{query}" if query else "/desk"
