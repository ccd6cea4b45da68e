"""What came while somebody at the desk has a request open, and who else is writing there."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.request_desk.drafting import key_of
from portal.request_desk.queries import said_by_others
from portal.request_desk.reaching import id_of
from portal.request_pages.rules import STILL_WRITING, draft_key
from portal.request_pages.showing import Shown
from portal.service_requests.models import PREFIX, ServiceRequest
from portal.service_requests.own_queries import writing_there
from portal.web.guard import allow, viewer
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.session import by_itself, db

bp = Blueprint("request_desk_news", __name__)


@dataclass(frozen=True, slots=True)
class News:
    """Since `heard` messages of others were on the page, and the request stood at `version`."""

    answers: int
    changed: bool
    writing: tuple[str, ...]
    heard: int
    version: int

    @property
    def mark(self) -> str:
        """Tells news from what was told before."""
        return f"{self.answers}.{self.changed:d}.{len(self.writing)}"


def no_news(it: Shown) -> News:
    """As the page is drawn: everything that is said is known to it."""
    heard, version = it.part.heard_by_staff, it.request.version
    return News(0, changed=False, writing=(), heard=heard, version=version)


@bp.get("/<ref>/news")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    """Asked every now and then by an open page. What was told is not told again."""
    by_itself()
    heard, version = (request.args.get(name, 0, type=int) for name in ("heard", "version"))
    found = _news(db(), id_of(ref), heard, version, clock.now())
    if found.mark == request.args.get("told"):
        return Response(status=204)
    said = ngettext("%(num)s new answer", "%(num)s new answers", found.answers)
    number = reference(PREFIX, id_of(ref))
    news = said if found.answers else ""
    return page("request_desk/news.html", found=found, number=number, news=news)


def _news(session: ScopedSession, request_id: int, heard: int, version: int, now: datetime) -> News:
    """Three statements; notes of colleagues count as well, for here all may read them."""
    theirs = said_by_others(request_id, viewer().id)
    query = select(ServiceRequest.version, theirs.scalar_subquery())
    row = session.execute(query.where(ServiceRequest.id == request_id)).first() or abort(404)
    since = now - STILL_WRITING
    names: list[str] = []
    for key in (key_of(reference(PREFIX, request_id)), draft_key(request_id)):
        writing = writing_there(key, since=since, but=viewer().id, staff=True)
        names += session.scalars(writing)
    return News(
        answers=max(0, row[1] - heard),
        changed=row[0] != version,
        writing=tuple(dict.fromkeys(names)),
        heard=heard,
        version=version,
    )
