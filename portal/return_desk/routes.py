"""`/desk/returns`: what waits for an answer, what is overdue and charged; and one's own page."""

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.replacements.filters import LONGEST
from portal.return_desk.forms import PeriodForm
from portal.return_desk.listing import Which, charges, columns, show_board
from portal.return_desk.showing import show_page
from portal.returns.queries import last_certificate
from portal.returns.reaching import find_return
from portal.web.downloads import download
from portal.web.guard import allow
from portal.web.limited import limited, refuse_too_often
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db
from portal.web.sheets import send_sheet

bp = Blueprint("return_desk", __name__)


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _board(request.args.get("view", ""), PeriodForm(formdata=None), 200)


@bp.get("/charges.<any(csv, xlsx):format>")
@allow(Permission.DESK_VIEW, Permission.LIABILITY_CHANGE, Permission.EXPORT, everywhere=True)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    form = PeriodForm(formdata=request.args)
    if not form.validate():
        return _board(Which.CHARGED, form, 422)
    rows = charges(db(), form.since.data, form.until.data)
    return send_sheet(format, name=_("charges"), columns=columns(), rows=rows)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    return show_page(db(), find_return(ref))


@bp.get("/<ref>/certificate/file")
@allow(Permission.DESK_VIEW, everywhere=True)
def certificate_file(ref: str) -> Response:
    sent = db().scalars(last_certificate(find_return(ref).id)).one_or_none()
    return download(sent.file) if sent else abort(404)


def _board(which: str, form: PeriodForm, status: int) -> ResponseReturnValue:
    text = "" if status != 200 else request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    if text:
        refuse_too_often("search")
    board = show_board(db(), which, text, today=clock.today())
    asked: dict[str, Any] = {"board": board, "views": Which, "news": board.heading}
    return page("return_desk/index.html", status, form=form, **asked)
