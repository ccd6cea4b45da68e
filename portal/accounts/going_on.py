"""What somebody typed in a form that met the end of their sign-in: nothing of it was done, and it
waits for them until they are back.

It stands beside the sign-in that ended. Where that is gone, as after signing out on another tab,
the signed cookie still tells whose it was and which account was at hand: one that has ended takes
its place. Only the same person, in the same browser, is given it back.
"""

from typing import Any, cast
from urllib.parse import quote, urlsplit

from flask import current_app
from flask import session as cookie
from htmx_flask import request
from werkzeug.exceptions import HTTPException

from portal.accounts.keeping import had_sign_in, keep_typed
from portal.accounts.people import SignedIn
from portal.accounts.rules import way_back, worth_keeping
from portal.base import clock
from portal.base.files import safe_name
from portal.base.tenancy import NOBODY
from portal.web.guard import access_of, take_files
from portal.web.session import SAFE_METHODS, open_session

# Of an address as we read it: what else is in it, such as an Å, is spelled out again.
_AS_IT_IS = "%/:?#[]@!$&'()*+,;=~"
_MOST_FILES = 25  # that are named as to be chosen anew


def former() -> str:
    """The token of the sign-in that this browser has, or had until it ended or was signed out."""
    return str(cookie.get("sign_in") or cookie.get("before") or "")


def note_person(who: SignedIn) -> None:
    """Whose browser this is, for when the sign-in is gone and something is sent after all."""
    person = [who.id, who.account.id if who.account else None]
    if cookie.get("person") != person:
        cookie["person"] = person


def leave(token: str) -> None:
    """Nothing stays in the cookie of whoever signs out but where forms of other tabs come to."""
    person = cookie.get("person")
    cookie.clear()
    if token and person:
        cookie.update({"before": token, "person": person})


def keep_what_was_sent(page: str) -> bool:
    """Whether there was something to keep, and it is kept."""
    token = former()
    if not token:
        return False
    with open_session(NOBODY, reading=True) as session:
        if not had_sign_in(session, token, _person()):
            return False
    fields = _what_was_sent()
    with open_session(NOBODY, reading=False) as session:
        keep_typed(session, token, page=page, fields=fields, person=_person(), now=clock.now())
        session.commit()
    return fields is not None


def _person() -> tuple[int, int | None] | None:
    found = cookie.get("person")
    return (found[0], found[1]) if found else None


def _what_was_sent() -> dict[str, list[str]] | None:
    """The fields, and of files the names: their bytes are let go."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view) if view else None
    if access:
        take_files(access)
    try:
        sent = request.files.items(multi=True)
        names = [safe_name(it.filename) for _field, it in sent if it.filename]
        return worth_keeping(request.form.lists(), names[:_MOST_FILES])
    except HTTPException:  # it is too large to be read
        return None


def at_hand() -> str:
    """The page at hand: for a form that was sent, the one it stands on."""
    if request.htmx:
        return _path_of(request.htmx.current_url or "/")
    if request.method in SAFE_METHODS:
        return _path_of(request.url)
    path = _path_of(request.referrer or "") if from_here() else request.path
    while path and not _is_page(path):
        path = path.rpartition("/")[0]
    return path or "/"


def from_here() -> bool:
    """Whether a page of ours stands behind what was sent, as far as browsers say so."""
    return bool(urlsplit(request.referrer or "").netloc == request.host)


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return way_back(quote(path, safe=_AS_IT_IS)) or ""


def _is_page(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except HTTPException:
        return False
    return True


def note_unsent(page: str, *, kept: bool) -> None:
    """For the page that asks who they are: it says that nothing was sent."""
    cookie["unsent"] = {"page": page, "kept": kept, "files": kept and _had_files()}


def _had_files() -> bool:
    """Their names are kept, and their bytes are not."""
    return any(it.filename for it in request.files.values())


def unsent() -> dict[str, Any] | None:
    """What became of the form that led to the page at hand, if one did."""
    found = cast("dict[str, Any] | None", cookie.get("unsent"))
    return found if found and found["page"] == request.args.get("back") else None
