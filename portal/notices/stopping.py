"""`/notices/stop/…`: stopping mails of a kind by the link in one of them, without signing in."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.notices.actions import stop
from portal.notices.notice import Notice
from portal.notices.rules import KINDS
from portal.web.guard import public
from portal.web.headers import keep_secret
from portal.web.operator import OPERATOR
from portal.web.pages import page
from portal.web.session import db
from portal.web.stopping import read_stopping_token

bp = Blueprint("notice_stopping", __name__)


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    """Asks, and does nothing: programs that look through mails open every link."""
    keep_secret()
    named = _read(token)
    if named is None:
        return page("notices/stopping.html", 410, notice=None, operator=OPERATOR)
    return page("notices/stopping.html", notice=named[1], token=token, done=False)


@bp.post("/<token>")
@public
def do(token: str) -> ResponseReturnValue:
    """The button of that page, and what mail programs send by themselves (RFC 8058). Whoever has
    the link may, so no other token is asked for; whether there is such a person is not told."""
    keep_secret()
    named = _read(token)
    if named is None:
        return page("notices/stopping.html", 410, notice=None, operator=OPERATOR)
    user_id, notice = named
    user = db().get(User, user_id)
    if user is not None and user.erased_at is None:
        stop(db(), user, notice)
    return page("notices/stopping.html", notice=notice, token=token, done=True)


def _read(token: str) -> tuple[int, Notice] | None:
    named = read_stopping_token(current_app.config["SECRET_KEY"], token)
    if named is None or named[1] not in set(Notice):
        return None
    notice = Notice(named[1])
    return (named[0], notice) if KINDS[notice].stopped_by_link else None
