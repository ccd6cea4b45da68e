"""The log of an account: who did what there, for whom, from where and when."""

from collections.abc import Iterator

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from portal.activity.filters import chips_of, read_filters
from portal.activity.particulars import particulars
from portal.activity.queries import Filters, Side, events_logged, matching
from portal.activity.wording import Told, told
from portal.base.access import Permission
from portal.base.deeds import DESKS
from portal.base.history import DeskEvent, Event, What
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, Order, Page, capped_count, page_of
from portal.web.session import db
from portal.web.sheets import Column, Kind, Value, send_sheet

bp = Blueprint("activity", __name__)
desk_bp = Blueprint("desk_log", __name__)
AT_ONCE = 1_000  # rows in memory


@bp.get("")
@allow(Permission.ORGANIZATION_MANAGE)
@limited("search")
def index() -> ResponseReturnValue:
    return _list(Event, "activity/index.html")


@bp.get("/log.<any(csv, xlsx):format>")
@allow(Permission.ORGANIZATION_MANAGE, Permission.EXPORT)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    return _sheet(Event, format)


@desk_bp.get("")
@allow(Permission.DESK_MANAGE, everywhere=True)
@limited("search")
def desk_index() -> ResponseReturnValue:
    return _list(DeskEvent, "activity/desk_index.html")


@desk_bp.get("/log.<any(csv, xlsx):format>")
@allow(Permission.DESK_MANAGE, Permission.EXPORT, everywhere=True)
@limited("export")
def desk_export(format: str) -> ResponseReturnValue:
    return _sheet(DeskEvent, format)


def _list(table: type[Event] | type[DeskEvent], template: str) -> ResponseReturnValue:
    filters = read_filters(request.args)
    found = events_logged(table, filters)
    listed = page_of(db(), found, Order((table.number,), descending=True))
    number = capped_count(db(), matching(table, filters))
    offered = set(What) - DESKS if table is Event else What
    count = ngettext("%(num)s event", "%(num)s events", number)
    if number > CAP:
        count = _("More than 1,000 events")
    return page(
        template,
        filters=filters,
        chips=chips_of(filters, request.path),
        listed=listed,
        lines=[told(row, _customer(table)) for row in listed.rows],
        count=count,
        news=count,
        whats=sorted(offered, key=lambda what: _(what.label)),
        sides=Side,
    )


def lines_of(condition: ColumnElement[bool]) -> tuple[Page, list[Told]]:
    """A page of some of the account's events, for features below this one, such as partners."""
    found = events_logged(Event, None, condition)
    listed = page_of(db(), found, Order((Event.number,), descending=True))
    return listed, [told(row, _customer(Event)) for row in listed.rows]


def init_app(app: Flask) -> None:
    app.extensions["log_lines"] = lines_of
    app.extensions["particulars"] = particulars


def _sheet(table: type[Event] | type[DeskEvent], format: str) -> ResponseReturnValue:
    rows = _rows(table, read_filters(request.args))
    return send_sheet(format, name=_("activity-log"), columns=_columns(), rows=rows)


def _columns() -> list[Column]:
    return [
        Column(_("No."), Kind.NUMBER),
        Column(_("When"), Kind.MOMENT),
        Column(_("Who"), width=40),
        Column(_("What was done")),
        Column(_("Done to")),
        Column(_("Name"), width=30),
        Column(_("Reference"), Kind.CODE),
        Column(_("Details"), width=50),
        Column(_("From the network"), Kind.CODE),
        Column(_("Reason"), width=40),
    ]


def _rows(table: type[Event] | type[DeskEvent], filters: Filters) -> Iterator[tuple[Value, ...]]:
    query = events_logged(table, filters).order_by(table.number.desc())
    for row in db().execute(query.execution_options(yield_per=AT_ONCE)):
        line = told(row, _customer(table))
        yield (
            line.number, line.at, line.who, line.what, line.record, line.name, line.reference,
            "; ".join(line.particulars), line.place, line.reason,
        )  # fmt: skip


def _customer(table: type[Event] | type[DeskEvent]) -> str | None:
    account = viewer().account
    return account.name if account and table is Event else None
