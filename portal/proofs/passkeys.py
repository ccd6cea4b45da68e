"""Signing in with a passkey and nothing else, and proving with one that it is still you."""

from flask import Blueprint, Response
from flask import session as cookie
from flask.typing import ResponseReturnValue
from htmx_flask import request

from portal.accounts import half_sign_ins
from portal.accounts.entrance import let_in, word_of
from portal.accounts.forms import SignInForm
from portal.accounts.models import User
from portal.base import clock
from portal.base.words import Refused
from portal.factors.ceremonies import request as asked_of
from portal.factors.here import ask, party, prove_by_passkey
from portal.factors.queries import passkeys_of
from portal.proofs.forms import PasskeyForm, ProveAgainForm
from portal.proofs.routes import asking as asking_again
from portal.proofs.routes import proven
from portal.web.guard import personal, public, viewer
from portal.web.limits import limit, limits, network_of, too_many
from portal.web.metrics import SIGN_INS
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("passkey_proofs", __name__)
PER_PLACE = limit("passkey per network", 60, 300)


@bp.post("/passkey/challenge")
@public
def challenge() -> ResponseReturnValue:
    """What the browser is to have a passkey sign, of whoever is to be asked."""
    bucket = PER_PLACE.of(network_of(request.remote_addr))
    if wait := limits().take([bucket]):
        told, headers = too_many(wait), {"Retry-After": str(wait)}
        return Response(told, 429, headers, content_type="text/plain; charset=utf-8")
    whose = user_id = viewer().id if viewer().is_authenticated else None
    if half := half_sign_ins.begun(db(), cookie.get("half", ""), now=clock.now()):
        whose = whose or half.user_id
    # A stranger is told of no key: whoever has one for us is let choose by their own device.
    keys = list(db().scalars(passkeys_of(whose))) if whose else []
    options = asked_of(party(), challenge=ask(user_id), keys=keys)
    return Response(options, content_type="application/json")


@bp.post("/passkey")
@public
def sign_in() -> ResponseReturnValue:
    """A passkey is two factors in one: what someone has, and a finger, a face or a PIN."""
    form = PasskeyForm()
    try:
        user_id = prove_by_passkey(form.credential.data or "", user_id=None)
    except Refused as refusal:
        SIGN_INS.labels("refused").inc()
        asking = SignInForm(formdata=None)
        asking.refuse(refusal)
        return page("accounts/sign_in.html", 422, form=asking)
    word = None
    if half := half_sign_ins.begun(db(), cookie.get("half", ""), now=clock.now()):
        half_sign_ins.use_up(db(), half.id)
        word = word_of(half) if half.user_id == user_id else None
    try:
        return let_in(db().get_one(User, user_id), word=word)
    except Refused as refusal:  # the provider they must come through does not answer
        asking = SignInForm(formdata=None)
        asking.refuse(refusal)
        return page("accounts/sign_in.html", 422, form=asking)


@bp.post("/again/passkey")
@personal(unready=True)
def prove_again() -> ResponseReturnValue:
    form = PasskeyForm()
    try:
        prove_by_passkey(form.credential.data or "", user_id=viewer().id)
    except Refused as refusal:
        form_again = ProveAgainForm(formdata=None)
        form_again.refuse(refusal)
        return asking_again(form_again, 422)
    return proven()
