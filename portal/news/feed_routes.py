"""`/downloads/feed/…` and `/downloads/calendar/…`: for programs, by a link and without signing in.

A link that is dead, and one of somebody who has no access any more, are answered alike.
"""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from portal.base import clock
from portal.news.calendar_file import calendar_file, tag_of
from portal.news.feed import Reading, endings, entries, reading
from portal.news.links import read_news_token
from portal.web.downloads import attachment
from portal.web.guard import public
from portal.web.headers import keep_and_ask, keep_secret
from portal.web.limits import limit, limits, network_of
from portal.web.locale import gettext as _
from portal.web.spoken import spoken

bp = Blueprint("news_feeds", __name__)
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a feed with nothing in it has changed never
_PER_LINK = limit("feed per link", 60, 600, light=True)
_PER_NETWORK = limit("feed per network", 600, 600, light=True)
_IN_ALL = limit("feed in all", 6000, 600, light=True)


@bp.get("/feed/<token>.atom")
@public
def feed(token: str) -> ResponseReturnValue:
    who, now = _reading(token), clock.now()
    found, site = entries(who, now), _site()
    newest = max((it.changed for it in found), default=_EPOCH)
    text = render_template(
        "news/feed.xml",
        entries=found,
        site=site,
        id=uuid5(NAMESPACE_URL, f"{site}/downloads/feed of {who.user.id}").urn,
        updated=newest,
    )
    plain = "".join(each for each in text if each.isprintable() or each == "\n")
    return _sent(plain, "application/atom+xml; charset=utf-8", changed=newest)


@bp.get("/calendar/<token>.ics")
@public
def calendar(token: str) -> ResponseReturnValue:
    who = _reading(token)
    text = calendar_file(endings(who), site=_site(), today=clock.today())
    response = _sent(text, "text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = attachment(_("last-days") + ".ics")
    return response


def _reading(token: str) -> Reading:
    """By the rights of this moment. Whoever guesses is stopped as whoever asks too often is."""
    keep_secret()
    buckets = [
        _PER_LINK.of(token),
        _PER_NETWORK.of(network_of(request.remote_addr)),
        _IN_ALL.of(""),
    ]
    if wait := limits().take(buckets):
        raise TooManyRequests(retry_after=wait)
    named = read_news_token(current_app.config["SECRET_KEY"], token)
    who = reading(*named, clock.now()) if named else None
    if who is None:
        abort(404)
    spoken.set(who.user.language or "nb")
    return who


def _site() -> str:
    url: str = current_app.config["PORTAL_URL"]
    return url.rstrip("/")


def _sent(text: str, media_type: str, *, changed: datetime | None = None) -> Response:
    keep_and_ask()
    response = Response(text.encode(), content_type=media_type)
    response.set_etag(tag_of(text))
    if changed:
        response.last_modified = changed
    response.make_conditional(request)
    return response
