"""Who stands behind a request, and what happens when nobody does any more.

Flask-Login hands out the viewer but no cookie: its own stays valid after signing out, so the
cookie carries a token, and the token is worth what the `sign_in` table says it is.
"""

import logging
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, redirect, url_for
from flask import session as cookie
from flask_login import LoginManager
from htmx_flask import make_response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts import actions
from portal.accounts.rules import way_back, worth_keeping
from portal.accounts.viewer import SEEN_EVERY, SignedIn, signed_in
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.web.session import SAFE_METHODS, Sessions, open_session

log = logging.getLogger("portal.accounts")
login = LoginManager()
_LONGEST_FORM = 200_000  # bytes: what is longer holds a file, or more than we keep


def init_app(app: Flask) -> None:
    login.init_app(app)
    login.unauthorized_handler(ask_to_sign_in)
    app.after_request(_note_seen)


@login.request_loader  # type: ignore[untyped-decorator]
def _load_viewer(_request: Request) -> SignedIn | None:
    token = cookie.get("sign_in", "")
    if not token:
        return None
    # Apart from the request's own session, which can be born only when the viewer is known.
    with open_session(NOBODY, reading=True) as session:
        return signed_in(session, token, now=clock.now(), today=clock.today())


def ask_to_sign_in() -> BaseResponse:
    """Lead to the sign-in page and, from there, back to where they are now."""
    here = _here()
    if request.method not in SAFE_METHODS and "sign_in" in cookie:
        _keep_typed(here)
    sign_in_page = url_for("accounts.sign_in_page", back=here)
    if request.htmx:
        return make_response("", 401, {"HX-Redirect": sign_in_page})  # type: ignore[no-any-return]
    return redirect(sign_in_page, 303)


def _here() -> str:
    """The page at hand: for a form that was sent, the one it stands on."""
    if request.htmx:
        return _path_of(request.htmx.current_url or "/")
    if request.method in SAFE_METHODS:
        return _path_of(request.url)
    came_from = urlsplit(request.referrer or "")
    path = _path_of(request.referrer or "") if came_from.netloc == request.host else request.path
    while path and not _is_page(path):
        path = path.rpartition("/")[0]
    return path or "/"


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return way_back(f"{parts.path}?{parts.query}" if parts.query else parts.path) or ""


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except HTTPException:
        return False
    return True


def _keep_typed(here: str) -> None:
    small = (request.content_length or 0) <= _LONGEST_FORM
    fields = worth_keeping(request.form.lists()) if small else None
    with open_session(NOBODY, reading=False) as session:
        actions.keep_typed(session, cookie["sign_in"], page=here, fields=fields)
        session.commit()


def _note_seen(response: Response) -> Response:
    who = g.get("_login_user")  # not `viewer()`, which would look up someone nobody asked for
    if isinstance(who, SignedIn):
        now, sent = clock.now(), request.method not in SAFE_METHODS and response.status_code < 400
        if now - who.seen_at >= SEEN_EVERY or (sent and who.kept_for):
            sessions: Sessions = current_app.extensions["sessions"]
            response.call_on_close(lambda: _write_seen(sessions, who.sign_in_id, now, forget=sent))
    return response


def _write_seen(sessions: Sessions, sign_in_id: int, now: datetime, *, forget: bool) -> None:
    """After the answer, in a transaction of its own: nobody waits for it or fails with it."""
    try:
        with sessions(scope=NOBODY) as session, session.begin():
            actions.note_seen(session, sign_in_id, now=now, forget=forget)
    except SQLAlchemyError:
        log.warning("It could not be noted that sign-in %s was used.", sign_in_id, exc_info=True)
