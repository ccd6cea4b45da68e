"""The link in an invitation: read, and accepted by whoever its address belongs to."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal.accounts.actions import choose_account
from portal.accounts.entrance import is_bound, welcome
from portal.accounts.hashing import Busy, hash_password
from portal.accounts.models import User
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
from portal.web.session import db_as, open_session

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
def accepted() -> ResponseReturnValue:
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
    if viewer().provider_id:  # one organization's provider opens no other's doors
        flash(
            _(
                "You have access to %(customer)s now. Your organization's sign-in does not lead"
                " there: sign out, and sign in with a password.",
                customer=found[0].account.name,
            )
        )
        return redirect("/", 303)
    # Another account is another session: what was copied of the old one is worth nothing.
    kept = choose_account(session, viewer().sign_in_id, found[0].account)
    cookie.clear()
    cookie["sign_in"] = kept
    flash(_("You have access to %(customer)s now.", customer=found[0].account.name))
    return redirect("/", 303)


def _become_user(token: str, found: tuple[Invitation, User | None]) -> ResponseReturnValue:
    invitation, before = found
    form, bound = _form(invitation), _bound(invitation)
    if not form.validate():
        return _page(token, found, 422, form=form)
    try:
        name = read_name(form.name.data, missing=N_("Enter your name."))
        password_hash = "" if bound else _hashed(form, about=(name, invitation.email))
        user = join_as_new(
            _session_of(invitation),
            token,
            name=name,
            password_hash=password_hash,
            language=language(),
            now=clock.now(),
        )
        if user is None:
            return _gone()
        if before and not bound:
            return _come_back()
        return welcome(user.id, back=url_for(".accepted"))
    except Refused as refusal:
        form.refuse(refusal)
        return _page(token, found, 422, form=form)
    except Busy as busy:
        form.form_errors.append(_("Many are signing in just now. Try again in a few seconds."))
        response = _page(token, found, 429, form=form)
        response.headers["Retry-After"] = str(busy.retry_after)
        return response


def _bound(invitation: Invitation) -> bool:
    """Whether they come through their organization's provider, and so need no password."""
    return is_bound(invitation.email, invitation.account_id)


def _form(invitation: Invitation, **stated: Any) -> BecomeUserForm:
    form = BecomeUserForm(**stated)
    if _bound(invitation):
        del form.password
    return form


def _hashed(form: BecomeUserForm, *, about: tuple[str, str]) -> str:
    check_password(form.password.data, about=about)
    return hash_password(form.password.data)


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
        form = _form(invitation, formdata=None, data={"name": user.name if user else name})
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
