"""Sign-in and security: what someone has beside the password, and setting it up."""

from flask import Blueprint, Response, current_app, flash, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal.accounts.actions import renew_proof
from portal.accounts.models import User
from portal.accounts.queries import sign_ins_of
from portal.base import clock
from portal.base.words import N_, Refused
from portal.factors import qr
from portal.factors.actions import (
    add_authenticator,
    end_other_sign_ins,
    make_recovery_codes,
    remove_authenticator,
)
from portal.factors.ceremonies import NAME
from portal.factors.forms import ConfirmForm
from portal.factors.mails import changed_mail
from portal.factors.queries import authenticator_of, codes_left, passkeys_of
from portal.factors.rules import (
    SET_UP_LASTS,
    address_for_app,
    new_secret,
    secret_in_groups,
    step_of,
)
from portal.factors.sealing import seal, unseal
from portal.web.guard import personal, viewer
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("factors", __name__)


@bp.get("")
@personal()
def security() -> ResponseReturnValue:
    return _security(200)


@bp.get("/second-factor")
@personal(unready=True)
def choose() -> ResponseReturnValue:
    """Where those who must have a second factor are led, and everyone who wants another."""
    return page("factors/choose.html")


@bp.get("/authenticator")
@personal(fresh=True, unready=True)
def authenticator() -> ResponseReturnValue:
    return _setting_up(ConfirmForm(formdata=None), new_secret(), 200)


@bp.post("/authenticator")
@personal(fresh=True, unready=True)
def confirm_authenticator() -> ResponseReturnValue:
    """The app shows the right code: it holds the secret, and its clock is right."""
    form, key, now = ConfirmForm(), current_app.config["SECRET_KEY"], clock.now()
    # The secret stands on the page anyway; sealed, it can be nobody else's, and not for long.
    secret = unseal(key, viewer().id, form.setup_token.data or "", within=SET_UP_LASTS)
    if secret is None:
        form.form_errors.append(_("It took too long. Scan the new code with the app."))
        return _setting_up(form, new_secret(), 422)
    if form.validate():
        step = step_of(secret, form.code.data, now=now)
        if step is not None:
            user, sealed = _me(), seal(key, viewer().id, secret)
            add_authenticator(db(), user, sealed=sealed, step=step, now=now)
            changed_mail(db(), user, "app_added")
            return told(_("The authenticator app is set up."))
        form.refuse(Refused(N_("Wrong code. Enter the one the app shows now."), field="code"))
    return _setting_up(form, secret, 422)


@bp.post("/authenticator/removal")
@personal(fresh=True)
def take_away_authenticator() -> ResponseReturnValue:
    try:
        remove_authenticator(db(), _me(), needed=viewer().needs_factor)
    except Refused as refusal:
        db().rollback()
        return _security(422, refusal)
    changed_mail(db(), _me(), "app_removed")
    flash(_("The authenticator app is removed."))
    return redirect(url_for(".security"), 303)


def told(news: str) -> Response:
    """A factor was added. With the first come recovery codes, which are shown here and never again.

    The answer to a POST is a page for once: a page to be led to would have to keep the codes.
    """
    if not viewer().has_factor:
        end_other_sign_ins(db(), viewer().id, keep=viewer().sign_in_id)
    cookie["sign_in"] = renew_proof(db(), viewer().sign_in_id, now=clock.now())
    if db().scalar(codes_left(viewer().id)):
        flash(news)
        return redirect(url_for("factors.security"), 303)  # type: ignore[return-value]
    return page("factors/codes.html", codes=make_recovery_codes(db(), _me()), news=news)


def _security(status: int, refusal: Refused | None = None) -> Response:
    mine = viewer().id
    return page(
        "factors/security.html",
        status,
        refused=explain(refusal) if refusal else "",
        sign_ins=db().execute(sign_ins_of(mine, now=clock.now())).all(),
        app=db().scalars(authenticator_of(mine)).one_or_none(),
        passkeys=db().scalars(passkeys_of(mine)).all(),
        codes_left=db().scalar(codes_left(mine)),
    )


def _setting_up(form: ConfirmForm, secret: str, status: int) -> Response:
    form.setup_token.data = seal(current_app.config["SECRET_KEY"], viewer().id, secret)
    form.setup_token.raw_data = None
    address = address_for_app(secret, email=viewer().email, issuer=NAME)
    return page(
        "factors/authenticator.html",
        status,
        form=form,
        qr=qr.drawn(address),
        secret=secret_in_groups(secret),
        address=address,
    )


def _me() -> User:
    return db().get_one(User, viewer().id)
