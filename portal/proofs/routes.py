"""Proving once more who one is, before what a thief of an open browser must not do."""

from math import ceil

from flask import Blueprint, Response, redirect
from flask import session as cookie
from flask.typing import ResponseReturnValue
from htmx_flask import request

from portal.accounts.actions import renew_proof
from portal.accounts.hashing import Busy
from portal.accounts.models import User
from portal.accounts.proof import TooOften, prove
from portal.accounts.rules import way_back
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.base.words import N_, Refused
from portal.factors.queries import passkeys_of
from portal.proofs.forms import ProveAgainForm
from portal.web.guard import personal, viewer
from portal.web.limits import too_many
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db, open_session

bp = Blueprint("proofs", __name__)


@bp.get("/again")
@personal(unready=True)
def prove_page() -> ResponseReturnValue:
    return asking(ProveAgainForm(), 200)


@bp.post("/again")
@personal(unready=True)
def prove_again() -> ResponseReturnValue:
    form, wait = ProveAgainForm(), 0
    if form.validate():
        try:
            prove(viewer().email, form.password.data)
        except Refused:
            form.refuse(Refused(N_("Wrong password."), field="password"))
        except TooOften as refusal:
            wait = refusal.wait
            form.form_errors.append(too_many(wait))
        except Busy as refusal:
            wait = refusal.retry_after
            form.form_errors.append(_("Many are signing in just now. Try again in a few seconds."))
        else:
            return proven()
    response = asking(form, 429 if wait else 422)
    if wait:
        response.headers["Retry-After"] = str(ceil(wait))
    return response


def asking(form: ProveAgainForm, status: int) -> Response:
    # Not a code from the app: see the README's decisions.
    with open_session(NOBODY, reading=True) as session:
        known = {
            "has_passkeys": bool(session.scalars(passkeys_of(viewer().id)).all()),
            "has_password": bool(session.get_one(User, viewer().id).password_hash),
        }
    if form.password.errors and not known["has_password"]:
        form.password.errors = []
        form.form_errors.append(_("You have no password here. Confirm in another way."))
    return page("proofs/again.html", status, form=form, **known)


def proven() -> ResponseReturnValue:
    # What was copied of the cookie before is worth nothing after.
    cookie["sign_in"] = renew_proof(db(), viewer().sign_in_id, now=clock.now())
    return redirect(way_back(request.args.get("back")) or "/", 303)
