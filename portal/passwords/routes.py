"""Forgotten passwords: a link by mail, and a new password."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.hashing import Busy, hash_password
from portal.accounts.proof import known_device
from portal.accounts.queries import credentials_of
from portal.accounts.rules import read_address
from portal.base import clock
from portal.base.jobs import later
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.passwords.actions import choose_password
from portal.passwords.forms import AskForResetForm, ChoosePasswordForm
from portal.passwords.mails import changed_mail
from portal.passwords.queries import open_resets
from portal.passwords.rules import check_password
from portal.web.guard import public
from portal.web.limits import Bucket, limit, limits, network_of, too_many
from portal.web.locale import gettext as _
from portal.web.locale import offer
from portal.web.pages import page
from portal.web.session import db, open_session

bp = Blueprint("passwords", __name__)
A_DAY = 86_400
PER_ADDRESS = limit("reset per person", 5, A_DAY)
PER_PLACE = limit("reset per network", 30, A_DAY)
PER_DEVICE = limit("reset per browser", 5, A_DAY)
IN_ALL = limit("reset in all", 2000, A_DAY)


@bp.get("")
@public
def ask_page() -> ResponseReturnValue:
    return page("passwords/ask.html", form=AskForResetForm())


@bp.post("")
@public
def ask() -> ResponseReturnValue:
    """The same answer after the same work, whether the address is somebody's or not."""
    form = AskForResetForm()
    if not form.validate():
        return page("passwords/ask.html", 422, form=form)
    try:
        email = read_address(form.email.data)
    except Refused as refusal:
        form.refuse(refusal)
        return page("passwords/ask.html", 422, form=form)
    # Apart from the session that writes: tries are counted whatever becomes of this one.
    with open_session(NOBODY, reading=True) as session:
        user_id, _hash = session.execute(credentials_of(email)).one_or_none() or (None, "")
    if wait := limits().take(_buckets(email, user_id)):
        form.form_errors.append(too_many(wait))
        return _wait(page("passwords/ask.html", 429, form=form), wait)
    later(db(), "passwords.send_reset", user_id=user_id)
    return redirect(url_for(".asked"), 303)


@bp.get("/sent")
@public
def asked() -> ResponseReturnValue:
    return page("passwords/sent.html")


@bp.get("/<token>")
@public
def choose_page(token: str) -> ResponseReturnValue:
    if _owner(token) is None:
        return page("passwords/gone.html", 410)
    return page("passwords/choose.html", form=ChoosePasswordForm())


@bp.post("/<token>")
@public
def choose(token: str) -> ResponseReturnValue:
    about = _owner(token)
    if about is None:
        return page("passwords/gone.html", 410)
    form = ChoosePasswordForm()
    if form.validate():
        try:
            check_password(form.password.data, about=about)
            password_hash = hash_password(form.password.data)
        except Refused as refusal:
            form.refuse(refusal)
        except Busy as busy:
            form.form_errors.append(_("Many are signing in just now. Try again in a few seconds."))
            return _wait(page("passwords/choose.html", 429, form=form), busy.retry_after)
        else:
            return _changed(token, password_hash)
    return page("passwords/choose.html", 422, form=form)


def _buckets(email: str, user_id: int | None) -> list[Bucket]:
    """A browser that its owner signed in with before is counted by itself: no stranger who asks
    again and again keeps them from a new password there."""
    if device := known_device(user_id):
        return [PER_DEVICE.of(device)]
    return [PER_ADDRESS.of(email), PER_PLACE.of(network_of(request.remote_addr)), IN_ALL]


def _changed(token: str, password_hash: str) -> ResponseReturnValue:
    user = choose_password(db(), token, password_hash, now=clock.now())
    if user is None:
        return page("passwords/gone.html", 410)
    changed_mail(db(), user)
    flash(_("Your password is changed. Sign in with the new one."))
    return redirect(url_for("accounts.sign_in_page"), 303)


def _owner(token: str) -> tuple[str, str] | None:
    """Name and address of whoever may use this token now."""
    # Apart from the session that writes, which is not opened before the password is hashed.
    with open_session(NOBODY, reading=True) as session:
        reset = session.scalars(open_resets(token, now=clock.now())).one_or_none()
        if reset is None:
            return None
        offer(reset.user.language or "")
        return reset.user.name, reset.user.email


def _wait(response: Response, seconds: int) -> Response:
    response.headers["Retry-After"] = str(seconds)
    return response
