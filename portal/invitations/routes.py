"""The link in an invitation: read, and accepted by whoever its address belongs to."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal.accounts.actions import choose_account, note_sign_in, open_sign_in
from portal.accounts.hashing import Busy, hash_password
from portal.accounts.models import User
from portal.accounts.proof import remember_device
from portal.accounts.rules import device_of, place_of
from portal.base import clock
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.base.typed import read_name
from portal.base.words import N_, Refused
from portal.invitations.forms import BecomeUserForm
from portal.invitations.joining import join, join_as_new
from portal.invitations.models import Invitation
from portal.invitations.queries import open_invitation, users_with
from portal.passwords.rules import check_password
from portal.web.guard import personal, public, viewer
from portal.web.locale import explain, language, offer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db, db_as, open_session

bp = Blueprint("invitations", __name__)


@bp.get("/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    found = _find(token)
    return _page(token, found) if found else _gone()


@bp.post("/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    found = _find(token)
    if found is None:
        return _gone()
    invitation, user = found
    if viewer().is_authenticated:
        if viewer().email != invitation.email:
            return _page(token, found, 422)
        return _join(token, found)
    if user and not user.deactivated_at:
        return redirect(url_for("accounts.sign_in_page", back=url_for(".show", token=token)), 303)
    return _become_user(token, found)


@bp.get("/accepted")
@personal()
def welcome() -> ResponseReturnValue:
    """What a new user may want to do first."""
    return page("invitations/welcome.html")


def _find(token: str) -> tuple[Invitation, User | None] | None:
    """The invitation and the user it is to, apart from the session that will write."""
    with open_session(NOBODY, reading=True) as session:
        invitation = session.scalars(open_invitation(token, now=clock.now())).one_or_none()
        if invitation is None:
            return None
        if not viewer().is_authenticated:  # who has pages of their own reads on as there
            offer(invitation.language)
        return invitation, session.scalars(users_with([invitation.email])).one_or_none()


def _join(token: str, found: tuple[Invitation, User | None]) -> ResponseReturnValue:
    session = _session_of(found[0])
    user = session.get_one(User, viewer().id)
    try:
        joined = join(session, token, user, now=clock.now())
    except Refused as refusal:
        return _page(token, found, 422, told=explain(refusal))
    if not joined:
        return _gone()
    # Another account is another session: what was copied of the old one is worth nothing.
    kept = choose_account(session, viewer().sign_in_id, found[0].account)
    cookie.clear()
    cookie["sign_in"] = kept
    flash(_("You have access to %(customer)s now.", customer=found[0].account.name))
    return redirect("/", 303)


def _become_user(token: str, found: tuple[Invitation, User | None]) -> ResponseReturnValue:
    invitation, before = found
    form = BecomeUserForm()
    if not form.validate():
        return _page(token, found, 422, form=form)
    try:
        name = read_name(form.name.data, missing=N_("Enter your name."))
        check_password(form.password.data, about=(name, invitation.email))
        password_hash = hash_password(form.password.data)
        user = join_as_new(
            _session_of(invitation),
            token,
            name=name,
            password_hash=password_hash,
            language=language(),
            now=clock.now(),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _page(token, found, 422, form=form)
    except Busy as busy:
        form.form_errors.append(_("Many are signing in just now. Try again in a few seconds."))
        response = _page(token, found, 429, form=form)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response
    if user is None:
        return _gone()
    return _come_back() if before else _let_in(user)


def _let_in(user: User) -> Response:
    place = place_of(request.remote_addr)
    token = open_sign_in(
        db(),
        user,
        now=clock.now(),
        place=place,
        device=device_of(request.user_agent.string),
    )
    note_sign_in(db(), user, place=place)
    cookie.clear()
    cookie["sign_in"] = token
    response = redirect(url_for(".welcome"), 303)
    remember_device(response, user.id)  # type: ignore[arg-type]
    return response  # type: ignore[return-value]


def _come_back() -> Response:
    """Somebody who was a user before may have a second factor, which signing in asks for."""
    flash(_("You have access again. Sign in with your new password."))
    return redirect(url_for("accounts.sign_in_page"), 303)  # type: ignore[return-value]


def _session_of(invitation: Invitation) -> ScopedSession:
    account_id = invitation.account_id
    return db_as(Scope(frozenset({account_id}), account_id))


def _page(
    token: str,
    found: tuple[Invitation, User | None],
    status: int = 200,
    *,
    form: BecomeUserForm | None = None,
    told: str = "",
) -> Response:
    invitation, user = found
    known = user is not None and not user.deactivated_at
    somebody = viewer().is_authenticated
    if form is None and not somebody and not known:
        name = invitation.name if "@" not in invitation.name else ""
        form = BecomeUserForm(formdata=None, data={"name": user.name if user else name})
    return page(
        "invitations/accept.html",
        status,
        token=token,
        invitation=invitation,
        known=known,
        other=somebody and viewer().email != invitation.email,
        form=form,
        told=told,
    )


def _gone() -> Response:
    return page("invitations/gone.html", 410)
