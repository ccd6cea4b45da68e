"""Who follows a request: adding a colleague, taking one off, hearing no more oneself."""

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, or_, select

from portal.accounts.models import Membership, User
from portal.accounts.queries import holding
from portal.base import clock
from portal.base.access import Permission
from portal.base.text import sort_key
from portal.base.words import N_, Refused
from portal.request_pages.drawing import request_page
from portal.request_pages.finding import find, path_of
from portal.request_pages.forms import FollowerForm
from portal.service_requests.following import follow, unfollow
from portal.service_requests.queries import followers_of
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db

bp = Blueprint("request_followers", __name__)
MOST_OFFERED = 8


@bp.get("/<reference>/followers/choices")
@allow(Permission.REQUESTS_CHANGE)
@limited("search")
def choices(reference: str) -> ResponseReturnValue:
    """Colleagues that what is typed may mean."""
    found, typed = find(reference), request.args.get("follower", "").strip()[:80]
    offered = typed and viewer().kind != "partner"  # who must know whom they mean
    people = db().scalars(_colleagues_like(typed).limit(MOST_OFFERED)).all() if offered else []
    return page("request_pages/colleagues.html", people=people, request_=found, quiet=True)


@bp.post("/<reference>/followers")
@allow(Permission.REQUESTS_CHANGE)
def add(reference: str) -> ResponseReturnValue:
    found, form = find(reference), FollowerForm()
    if form.validate():
        try:
            user = _colleague(form.follower.data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            follow(db(), found, user.id, by=viewer(), now=clock.now())
            flash(_("%(name)s follows the request from now on.", name=user.name))
            return redirect(path_of(found), 303)
    return request_page(reference, 422, follower=form)


@bp.post("/<reference>/followers/me")
@allow(Permission.REQUESTS_VIEW)
def join(reference: str) -> ResponseReturnValue:
    found = find(reference)
    follow(db(), found, viewer().id, by=viewer(), now=clock.now())
    flash(_("You follow the request, and hear what happens."))
    return redirect(path_of(found), 303)


@bp.post("/<reference>/followers/me/removal")
@allow(Permission.REQUESTS_VIEW)
def leave(reference: str) -> ResponseReturnValue:
    found = find(reference)
    unfollow(db(), found, viewer().id, by=viewer(), now=clock.now())
    flash(_("You hear no more of the request. You find it in the list all the same."))
    return redirect(path_of(found), 303)


@bp.post(f"/<reference>/followers/<int(max={LARGEST}):follower_id>/removal")
@allow(Permission.REQUESTS_CHANGE)
def take_off(reference: str, follower_id: int) -> ResponseReturnValue:
    found = find(reference)
    lines = db().scalars(followers_of(found.id)).all()
    line = next((it for it in lines if it.id == follower_id), None) or abort(404)
    name = line.user.name
    unfollow(db(), found, line.user_id, by=viewer(), now=clock.now())
    flash(_("%(name)s does not follow the request any more.", name=name))
    return redirect(path_of(found), 303)


def _colleagues() -> Select[User]:
    """The account's own people, who may all see what it asked for. Partners add nobody of theirs:
    who works for the account is for the account to say."""
    return (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.account_id == account().id, Membership.in_force())
        .where(User.deactivated_at.is_(None))
        .order_by(User.name_key, User.id)
    )


def _colleagues_like(text: str) -> Select[User]:
    named = holding(User.name_fold, text)
    addressed = User.email.startswith(text.lower(), autoescape=True)
    return _colleagues().where(or_(addressed, *([and_(*named)] if named else [])))


def _colleague(text: str) -> User:
    """The one colleague who is called this, or has this address."""
    name = " ".join(text.split())
    if not name:
        raise Refused(N_("Write who is to follow."), field="follower")
    wanted = or_(User.email == name.lower(), User.name_key == sort_key(name))
    found = db().scalars(_colleagues().where(wanted).limit(2)).all()
    if len(found) == 1:
        return found[0]
    if found:
        told = N_("Several colleagues are called that. Write the e-mail address.")
        raise Refused(told, field="follower")
    raise Refused(N_("Choose one of your colleagues who has access."), field="follower")
