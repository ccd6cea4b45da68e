"""The second step of signing in, for those who have more than a password."""

from math import ceil

from flask import Blueprint, Response, flash, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from htmx_flask import request

from portal.accounts import half_sign_ins
from portal.accounts.entrance import let_in, word_of
from portal.accounts.half_sign_ins import HalfSignIn
from portal.accounts.models import User
from portal.accounts.proof import TooOften
from portal.accounts.rules import way_back
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.base.words import N_, Refused
from portal.factors.queries import authenticator_of, codes_left, passkeys_of
from portal.proofs.codes import try_code
from portal.proofs.forms import CodeForm
from portal.web.guard import public
from portal.web.limits import too_many
from portal.web.locale import gettext as _
from portal.web.metrics import SIGN_INS
from portal.web.pages import page
from portal.web.session import db, open_session

bp = Blueprint("second_step", __name__)


@bp.get("/code")
@public
def ask_page() -> ResponseReturnValue:
    half = _half()
    return _asking(half, CodeForm(), 200) if half else _begin_again()


@bp.post("/code")
@public
def enter() -> ResponseReturnValue:
    half, form, wait = _half(), CodeForm(), 0
    if half is None:
        return _begin_again()
    if form.validate():
        try:
            if try_code(half, code=form.code.data, recovery_code=form.recovery_code.data):
                return let_in(db().get_one(User, half.user_id), word=word_of(half))
        except TooOften as refusal:
            SIGN_INS.labels("held_back").inc()
            wait = refusal.wait
            form.form_errors.append(too_many(wait))
        else:
            SIGN_INS.labels("refused").inc()
            _refuse(form)
    response = _asking(half, form, 429 if wait else 422)
    if wait:
        response.headers["Retry-After"] = str(ceil(wait))
    return response


def _refuse(form: CodeForm) -> None:
    if form.recovery_code.data:
        wrong = N_("This recovery code is wrong, or it has been used.")
        form.refuse(Refused(wrong, field="recovery_code"))
    else:
        wrong = N_("Wrong code. Wait for the next one in the app, and enter that.")
        form.refuse(Refused(wrong, field="code"))


def _half() -> HalfSignIn | None:
    with open_session(NOBODY, reading=True) as session:
        return half_sign_ins.begun(session, cookie.get("half", ""), now=clock.now())


def _asking(half: HalfSignIn, form: CodeForm, status: int) -> Response:
    with open_session(NOBODY, reading=True) as session:
        return page(
            "proofs/code.html",
            status,
            form=form,
            has_app=session.scalars(authenticator_of(half.user_id)).one_or_none() is not None,
            has_passkeys=bool(session.scalars(passkeys_of(half.user_id)).all()),
            codes_left=session.scalar(codes_left(half.user_id)),
        )


def _begin_again() -> ResponseReturnValue:
    flash(_("It took too long, so you have to begin again."))
    back = way_back(request.args.get("back"))
    return redirect(url_for("accounts.sign_in_page", back=back), 303)
