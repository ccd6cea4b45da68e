"""The customer's page of one service request, and what it looks for while it is open."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.request_pages.drawing import request_page
from portal.request_pages.finding import id_of
from portal.request_pages.news import news_of
from portal.service_requests.queries import file_with_id
from portal.web.downloads import download
from portal.web.guard import allow, viewer
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import by_itself, db

bp = Blueprint("request_pages", __name__)


@bp.get("/<reference>")
@allow(Permission.REQUESTS_VIEW)
def show(reference: str) -> ResponseReturnValue:
    return request_page(reference)


@bp.get("/<reference>/news")
@allow(Permission.REQUESTS_VIEW)
def news(reference: str) -> ResponseReturnValue:
    """Asked every now and then by an open page. What was told is not told again.

    Nobody stays signed in by leaving a page open.
    """
    by_itself()
    found = news_of(
        db(),
        id_of(reference),
        heard=_number("heard"),
        version=_number("version"),
        person_id=viewer().id,
        now=clock.now(),
    )
    if found.mark == request.args.get("told"):
        return Response(status=204)
    said = ngettext("%(num)s new answer", "%(num)s new answers", found.answers)
    return page(
        "request_pages/news.html",
        found=found,
        reference_=reference,
        quiet=not found.answers,
        news=said if found.answers else "",
    )


@bp.get(f"/<reference>/files/<int(max={LARGEST}):file_id>")
@allow(Permission.REQUESTS_VIEW)
def file(reference: str, file_id: int) -> ResponseReturnValue:
    return download(db().scalars(file_with_id(id_of(reference), file_id)).one().file)


def _number(name: str) -> int:
    return request.args.get(name, 0, type=int)
