"""Who stands behind a request, and what happens when nobody does any more.

Flask-Login hands out the viewer but no cookie: its own stays valid after signing out, so the
cookie carries a token, and the token is worth what the `sign_in` table says it is.
"""

import logging
from datetime import datetime

from flask import Flask, Request, Response, abort, current_app, g, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, generate_csrf
from htmx_flask import make_response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.givers import whom_to_ask
from portal.accounts.going_on import (
    at_hand,
    from_here,
    keep_what_was_sent,
    note_person,
    note_unsent,
    unsent,
)
from portal.accounts.keeping import note_seen
from portal.accounts.people import SEEN_EVERY, SignedIn
from portal.accounts.rules import place_of
from portal.accounts.viewer import signed_in
from portal.base import clock
from portal.base.places import set_place
from portal.base.tenancy import NOBODY
from portal.web.errors import answer
from portal.web.guard import access_of, viewer
from portal.web.problems import for_machines
from portal.web.session import SAFE_METHODS, Sessions, open_session

log = logging.getLogger("portal.accounts")
login = LoginManager()


def init_app(app: Flask) -> None:
    login.init_app(app)
    login.unauthorized_handler(ask_to_sign_in)
    login.needs_refresh_handler(ask_to_prove)
    app.extensions["ask_for_reason"] = ask_for_reason
    app.extensions["givers"] = whom_to_ask
    app.register_error_handler(CSRFError, _from_before)
    app.jinja_env.globals["unsent"] = unsent
    app.before_request(lambda: set_place(place_of(request.remote_addr)))
    app.teardown_request(lambda _error: set_place(""))
    app.after_request(_note_seen)


@login.request_loader  # type: ignore[untyped-decorator]
def _load_viewer(_request: Request) -> SignedIn | None:
    token = cookie.get("sign_in", "")
    if not token:
        return None
    # Apart from the request's own session, which can be born only when the viewer is known.
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view) if view else None
    across = access is not None and access.everywhere
    with open_session(NOBODY, reading=True) as session:
        who = signed_in(
            session,
            token,
            now=clock.now(),
            today=clock.today(),
            place=place_of(request.remote_addr),
            across=across,
            strict=current_app.config["SECOND_FACTOR_REQUIRED"],
        )
    if who:
        note_person(who)
    return who


def _from_before(error: CSRFError) -> ResponseReturnValue:
    """A form of a page from before the sign-in at hand: its mark is worth nothing any more.

    From a page of ours it is not lost: it comes back as it was sent, to be looked over; and what
    a script sends is told the new mark, and sent again.
    """
    if not viewer().is_authenticated or not from_here():
        return answer(error)
    if request.htmx or for_machines():
        told = answer(error)
        told.headers["X-CSRF-Token"] = generate_csrf()
        return told
    here = at_hand()
    return redirect(here, 303) if keep_what_was_sent(here) else answer(error)


def ask_to_sign_in() -> BaseResponse:
    """Lead to the sign-in page and, from there, back to where they are now."""
    return _ask("accounts.sign_in_page")


def ask_to_prove() -> BaseResponse:
    """The same for somebody signed in, who is to prove once more who they are."""
    return _ask("proofs.prove_page")


def ask_for_reason() -> BaseResponse:
    """The same for staff who are about to change what is a customer's, and did not say why."""
    return _ask("desk_accounts.reason_page")


def _ask(endpoint: str) -> BaseResponse:
    if for_machines():
        abort(401)
    here = at_hand()
    if request.method not in SAFE_METHODS:
        note_unsent(here, kept=keep_what_was_sent(here))
    asking_page = url_for(endpoint, back=here)
    if request.htmx:
        return make_response("", 401, {"HX-Redirect": asking_page})  # type: ignore[no-any-return]
    return redirect(asking_page, 303)


def _note_seen(response: Response) -> Response:
    who = g.get("_login_user")  # not `viewer()`, which would look up someone nobody asked for
    if isinstance(who, SignedIn) and "by_itself" not in g:
        now, sent = clock.now(), request.method not in SAFE_METHODS and response.status_code < 400
        # The page that asked for something on the way has not sent what waits for the page behind.
        sent = sent and (not who.kept_for or request.args.get("back") != who.kept_for)
        if now - who.seen_at >= SEEN_EVERY or (sent and who.kept_for):
            sessions: Sessions = current_app.extensions["sessions"]
            response.call_on_close(lambda: _write_seen(sessions, who.sign_in_id, now, forget=sent))
    return response


def _write_seen(sessions: Sessions, sign_in_id: int, now: datetime, *, forget: bool) -> None:
    """After the answer, in a transaction of its own: nobody waits for it or fails with it."""
    try:
        with sessions(scope=NOBODY) as session, session.begin():
            note_seen(session, sign_in_id, now=now, forget=forget)
    except SQLAlchemyError:
        log.warning("It could not be noted that sign-in %s was used.", sign_in_id, exc_info=True)
