"""Where somebody is signed in, and another password."""

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal.accounts.actions import Person, renew_proof
from portal.accounts.hashing import Busy, hash_password
from portal.accounts.models import User
from portal.accounts.proof import TooOften, prove
from portal.base import clock
from portal.base.words import N_, Refused
from portal.passwords.rules import SHORTEST, SHORTEST_BESIDE, check_password
from portal.profile.actions import change_password, end_others, end_sign_in
from portal.profile.forms import PasswordForm
from portal.profile.mails import password_changed_mail
from portal.web.guard import personal, viewer
from portal.web.limits import too_many
from portal.web.locale import gettext as _
from portal.web.locale import ngettext
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("profile_security", __name__)


@bp.post("/sign-ins/<int(max=2147483647):sign_in_id>/ending")
@personal()
def end_one(sign_in_id: int) -> ResponseReturnValue:
    """No fresh proof is asked for: whoever saw a stranger in the list must not have to wait."""
    if sign_in_id == viewer().sign_in_id:
        abort(404)  # one's own is ended by signing out
    if end_sign_in(db(), viewer().id, sign_in_id, by=_by()):
        flash(_("That browser is signed out."))
    return redirect(url_for("factors.security"), 303)


@bp.post("/sign-ins/ending")
@personal()
def end_all() -> ResponseReturnValue:
    gone = end_others(db(), viewer().id, keep=viewer().sign_in_id, by=_by())
    if gone:
        flash(
            ngettext(
                "%(num)s other browser is signed out.",
                "%(num)s other browsers are signed out.",
                gone,
            )
        )
    return redirect(url_for("factors.security"), 303)


@bp.get("/password")
@personal(fresh=True, unready=True)
def password_page() -> ResponseReturnValue:
    return _asking(PasswordForm(), 200)


@bp.post("/password")
@personal(fresh=True, unready=True)
def save_password() -> ResponseReturnValue:
    form, wait = PasswordForm(), 0
    if form.validate():
        try:
            made = _checked(form)
        except Refused as refusal:
            form.refuse(refusal)
        except TooOften as refusal:
            wait = refusal.wait
            form.form_errors.append(too_many(wait))
        except Busy as busy:
            wait = busy.retry_after
            form.form_errors.append(_("Many are signing in just now. Try again in a few seconds."))
        else:
            return _changed(made, short=len(form.password.data) < SHORTEST)
    response = _asking(form, 429 if wait else 422)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _checked(form: PasswordForm) -> str:
    """The hash of the new password. Nothing is open in the database while it is made."""
    about = (viewer().name, viewer().email)
    check_password(form.password.data, about=about, least=_least())
    if form.old.data == form.password.data:
        raise Refused(N_("This is the password you have now."), field="password")
    try:
        prove(viewer().email, form.old.data)
    except Refused:
        raise Refused(N_("Wrong password."), field="old") from None
    return hash_password(form.password.data)


def _changed(password_hash: str, *, short: bool) -> ResponseReturnValue:
    user, mine = db().get_one(User, viewer().id), viewer().sign_in_id
    change_password(db(), user, password_hash, short=short, keep=mine, by=_by())
    password_changed_mail(db(), user)
    # What was copied of the cookie before is worth nothing after.
    cookie["sign_in"] = renew_proof(db(), viewer().sign_in_id, now=clock.now())
    flash(_("Your password is changed. Other browsers are signed out."))
    return redirect(url_for("factors.security"), 303)


def _asking(form: PasswordForm, status: int) -> Response:
    return page("profile/password.html", status, form=form, least=_least())


def _least() -> int:
    return SHORTEST_BESIDE if viewer().has_factor else SHORTEST


def _by() -> Person:
    return Person(viewer().id, place=getattr(viewer(), "place", ""))
