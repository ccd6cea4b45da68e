"""Who of an account, and of its partners, took which file: a list, and the same as a table."""

from collections.abc import Iterator

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base.access import Permission
from portal.downloads.log import LONGEST, NEWEST_FIRST, downloads_taken, named
from portal.downloads.taking import Download
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import CAP, capped_count, page_of
from portal.web.session import db
from portal.web.sheets import Column, Kind, Value, send_sheet

bp = Blueprint("download_log", __name__)
AT_ONCE = 1_000  # rows in memory


@bp.get("")
@allow(Permission.ORGANIZATION_MANAGE)
@limited("search")
def index() -> ResponseReturnValue:
    text = _text()
    conditions, number = named(db(), text)
    listed = page_of(db(), downloads_taken(*conditions), NEWEST_FIRST)
    if number is None:
        number = capped_count(db(), select(Download.id), NEWEST_FIRST)
    count = ngettext("%(num)s download", "%(num)s downloads", number)
    if number > CAP:
        count = _("More than 1,000 downloads")
    return page("downloads/log.html", text=text, listed=listed, count=count, news=count)


@bp.get("/downloads.<any(csv, xlsx):format>")
@allow(Permission.ORGANIZATION_MANAGE, Permission.EXPORT)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    columns = [
        Column(_("When"), Kind.MOMENT),
        Column(_("Who"), width=40),
        Column(_("File"), width=50),
        Column(_("Document"), width=40),
        Column(_("Version"), Kind.CODE),
        Column(_("Size in bytes"), Kind.NUMBER),
        Column("SHA-256", Kind.CODE),
    ]
    return send_sheet(format, name=_("downloads-taken"), columns=columns, rows=_rows())


def _rows() -> Iterator[tuple[Value, ...]]:
    query = downloads_taken(*named(db(), _text())[0]).order_by(*NEWEST_FIRST.ways)
    with db().execute(query.execution_options(yield_per=AT_ONCE)) as found:
        for it in found:
            version = it.release_version or it.document_version
            yield it.at, it.name, it.file, it.document, version, it.size, it.sha256


def _text() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
