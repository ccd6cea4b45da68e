"""Who follows a request, for staff: let somebody of the customer or a colleague follow, take
somebody off, follow oneself. That staff follow the customer never sees."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.tenancy import ScopedSession
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.request_desk.forms import FollowerForm
from portal.request_desk.queries import may_follow, may_follow_like, named_exactly
from portal.request_desk.reaching import account_of, find, find_to_write, path_of
from portal.service_requests.following import follow, unfollow
from portal.service_requests.models import ServiceRequest
from portal.service_requests.queries import followers_of
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("desk_followers", __name__)
MOST_OFFERED, LONGEST = 8, 80


@bp.get("/<ref>/followers")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def index(ref: str) -> ResponseReturnValue:
    return _page(db(), find(ref), FollowerForm(formdata=None))


@bp.get("/<ref>/followers/choices")
@allow(Permission.REQUESTS_WORK, everywhere=True)
@limited("search")
def choices(ref: str) -> ResponseReturnValue:
    """The customer's people and colleagues whom what is typed may mean."""
    typed = request.args.get("follower", "").replace("\0", "").strip()[:LONGEST]
    query = may_follow_like(account_of(ref), typed)
    people = db().scalars(query.limit(MOST_OFFERED)).all() if typed else []
    return page("request_desk/people.html", people=people)


@bp.post("/<ref>/followers")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def add(ref: str) -> ResponseReturnValue:
    (session, it), form = find_to_write(ref), FollowerForm()
    if form.validate():
        try:
            user = _person(session, it, form.follower.data or "")
        except Refused as refusal:
            form.refuse(refusal)
        else:
            follow(session, it, user.id, by=viewer(), now=clock.now())
            flash(_("%(name)s follows the request from now on.", name=user.name))
            return redirect(_list_of(it), 303)
    return _page(session, it, form, 422)


@bp.post(f"/<ref>/followers/<int(max={LARGEST}):follower_id>/removal")
@allow(Permission.REQUESTS_WORK, everywhere=True)
def take_off(ref: str, follower_id: int) -> ResponseReturnValue:
    session, it = find_to_write(ref)
    lines = session.scalars(followers_of(it.id)).all()
    line = next((each for each in lines if each.id == follower_id), None) or abort(404)
    name = line.user.name
    unfollow(session, it, line.user_id, by=viewer(), now=clock.now())
    flash(_("%(name)s does not follow the request any more.", name=name))
    return redirect(_list_of(it), 303)


@bp.post("/<ref>/followers/me")
@allow(Permission.DESK_VIEW, everywhere=True)
def join(ref: str) -> ResponseReturnValue:
    session, it = find_to_write(ref)
    follow(session, it, viewer().id, by=viewer(), now=clock.now())
    flash(_("You follow the request, and hear what happens. The customer does not see it."))
    return redirect(path_of(it), 303)


@bp.post("/<ref>/followers/me/removal")
@allow(Permission.DESK_VIEW, everywhere=True)
def leave(ref: str) -> ResponseReturnValue:
    session, it = find_to_write(ref)
    unfollow(session, it, viewer().id, by=viewer(), now=clock.now())
    flash(_("You do not follow the request any more."))
    return redirect(path_of(it), 303)


def _page(
    session: ScopedSession, it: ServiceRequest, form: Any, status: int = 200
) -> ResponseReturnValue:
    lines = session.scalars(followers_of(it.id)).all()
    return page("request_desk/followers.html", status, it=it, form=form, lines=lines)


def _person(session: ScopedSession, it: ServiceRequest, text: str) -> User:
    """The one who is called this, or has this address, of those who may see the request."""
    name = " ".join(text.split())
    if not name:
        raise Refused(N_("Write who is to follow."), field="follower")
    query = may_follow(it.account_id).where(named_exactly(name.lower(), sort_key(name)))
    found = session.scalars(query.limit(2)).all()
    if len(found) == 1:
        return found[0]
    if found:
        told = N_("Several people are called that. Write the e-mail address.")
        raise Refused(told, field="follower")
    raise Refused(N_("Choose one of the customer's people or a colleague."), field="follower")


def _list_of(it: ServiceRequest) -> str:
    return url_for("desk_followers.index", ref=it.reference)
