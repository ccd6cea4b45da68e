"""A request on paper: as the customer sees it, whoever asks. No note of ours is ever in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.request_pages.drawing import reader_of, request_page
from portal.request_pages.finding import id_of
from portal.request_pages.looking import look_at
from portal.request_pages.showing import Shown, show
from portal.request_pages.story import Line, Sort
from portal.request_pages.wording import duration, promise_name, promise_sentence
from portal.service_requests.wording import named
from portal.web.formats import date_and_time, phone, short_date
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import label, language
from portal.web.operator import OPERATOR
from portal.web.pdf import breakable, make_pdf, send_pdf
from portal.web.session import db_as

bp = Blueprint("request_papers", __name__)


@bp.get("/<reference>/print")
@allow(Permission.REQUESTS_VIEW)
def whole(reference: str) -> ResponseReturnValue:
    """The page with its whole story, to be printed as any page is."""
    return request_page(reference, whole=True)


@bp.get("/<reference>/request.pdf")
@allow(Permission.REQUESTS_VIEW)
@limited("export")
def paper(reference: str) -> Response:
    # With the customer's eyes: what is internal is not even looked up.
    session, now = db_as(replace(viewer().scope, write=None, staff=False)), clock.now()
    looked = look_at(session, id_of(reference), person_id=viewer().id)
    it = show(session, looked, reader_of(looked.request), now=now)
    body = make_pdf("request_pages/request.typ", told(it), now=now)
    return send_pdf(f"{it.request.reference}.pdf", body)


def told(it: Shown) -> dict[str, Any]:
    """All that the paper says, in the reader's language."""
    request = it.request
    return {
        "lang": language(),
        "author": OPERATOR.name,
        "title": f"{request.reference} {request.subject}",
        "subject": breakable(request.subject),
        "reference": request.reference,
        "customer": request.account.name,
        "sentence": breakable(f"{it.sentence} {it.follows}".strip()),
        "printed": _("Printed %(day)s", day=short_date(it.now)),
        "facts": [[name, breakable(value)] for name, value in _facts(it) if value],
        "story": [_line(line) for line in _unfolded(it.timeline)],
        "words": {
            "facts": _("About the request"),
            "story": _("What was said and done"),
            "file": _("File:"),
        },
    }


def _facts(it: Shown) -> Iterator[tuple[str, str]]:
    request = it.request
    closed = f" {date_and_time(request.closed_at)}" if request.closed_at else ""
    yield _("Status"), f"{label(request.status)}{closed}"
    yield _("Severity"), label(request.severity)
    yield _("Handled by"), request.owner.name if request.owner else ""
    for promise in it.promises:
        yield promise_name(promise.kind), promise_sentence(promise)
    if it.waited:
        yield _("Waited for you"), duration(it.waited)
    yield _("What it is about"), label(request.about)
    yield _("Device"), _device(it)
    yield _("Site"), request.site.name if request.site else ""
    number = phone(request.contact_phone) if request.contact_phone else ""
    yield _("Contact"), f"{request.contact_name}\n{number}".strip()
    yield _("Your reference"), request.own_reference
    yield _("Opened by"), named(request.opened_by) if request.opened_by else ""
    yield _("Opened"), date_and_time(request.opened_at)


def _device(it: Shown) -> str:
    if it.model is None:
        return ""
    request = it.request
    if request.product:
        return f"{it.model.name} {request.product.identifier}"
    return f"{request.device_count} × {it.model.name}" if request.device_count else it.model.name


def _unfolded(lines: Iterable[Line]) -> Iterator[Line]:
    """From the first to the last, as one reads a paper."""
    for line in reversed(list(lines)):
        yield from reversed(line.folded) if line.sort is Sort.FOLD else (line,)


def _line(line: Line) -> dict[str, Any]:
    message = line.sort is Sort.MESSAGE
    side = label(line.side) if line.side else ""
    who = f"{line.who} ({side})" if side and side != line.who else line.who
    when = date_and_time(line.at)
    came_from = [line.came_from] if line.came_from else []
    meta = [when, *came_from, *line.moved] if message else [*([line.who] if line.who else []), when]
    return {
        "message": message,
        "who": who,
        "meta": " · ".join(meta),
        "title": breakable(f"{line.title} {line.subject}".strip()),
        "text": breakable(line.text),
        "files": [breakable(each.file.name) for each in line.files],
    }
