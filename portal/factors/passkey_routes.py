"""One's own passkeys: adding, naming and removing them."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from htmx_flask import request
from sqlalchemy import select

from portal.accounts.models import User
from portal.accounts.rules import device_of
from portal.base import clock
from portal.base.words import N_, Refused
from portal.factors.actions import remove_passkey
from portal.factors.ceremonies import created, creation, name_of
from portal.factors.forms import NewPasskeyForm, PasskeyForm
from portal.factors.here import ask, party
from portal.factors.mails import changed_mail
from portal.factors.models import Passkey
from portal.factors.passkeys import add_passkey, handle_of, take_challenge
from portal.factors.queries import passkeys_of
from portal.factors.routes import told
from portal.web.guard import personal, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("passkeys", __name__)
_HANDLE = "passkey_handle"


@bp.get("/new")
@personal(fresh=True, unready=True)
def new() -> ResponseReturnValue:
    form = NewPasskeyForm(formdata=None, name=device_of(request.user_agent.string))
    return _adding(form, 200)


@bp.post("/challenge")
@personal(fresh=True, unready=True)
def challenge() -> ResponseReturnValue:
    """What the browser is to make a key from."""
    keys = list(db().scalars(passkeys_of(viewer().id)))
    handle = handle_of(keys)
    cookie[_HANDLE] = handle.hex()
    options = creation(party(), challenge=ask(viewer().id), user=viewer(), keys=keys, handle=handle)
    return Response(options, content_type="application/json")


@bp.post("")
@personal(fresh=True, unready=True)
def add() -> ResponseReturnValue:
    form, asked = NewPasskeyForm(), cookie.pop("challenge", "")
    handle, now = bytes.fromhex(cookie.pop(_HANDLE, "")), clock.now()
    if not form.validate():
        return _adding(form, 422)
    try:
        if not take_challenge(db(), asked, user_id=viewer().id, now=now):
            raise Refused(N_("It took too long. Try again."))
        made = created(party(), form.credential.data or "", challenge=asked.encode())
        if made is None:
            raise Refused(N_("The passkey was not accepted. Try again."))
        user = db().get_one(User, viewer().id)
        add_passkey(
            db(),
            user,
            credential=name_of(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            handle=handle,
            name=form.name.data.strip(),
            now=now,
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _adding(form, 422)
    changed_mail(db(), user, "passkey_added")
    return told(_("The passkey is added."))


@bp.get("/<int(max=2147483647):passkey_id>")
@personal(fresh=True)
def show(passkey_id: int) -> ResponseReturnValue:
    passkey = _mine(passkey_id)
    return page("factors/passkey.html", form=PasskeyForm(obj=passkey), passkey=passkey)


@bp.post("/<int(max=2147483647):passkey_id>")
@personal(fresh=True)
def rename(passkey_id: int) -> ResponseReturnValue:
    passkey, form = _mine(passkey_id), PasskeyForm()
    if not form.validate():
        return page("factors/passkey.html", 422, form=form, passkey=passkey)
    passkey.name = form.name.data.strip()
    flash(_("The name is changed."))
    return redirect(url_for("factors.security"), 303)


@bp.post("/<int(max=2147483647):passkey_id>/removal")
@personal(fresh=True)
def remove(passkey_id: int) -> ResponseReturnValue:
    passkey, form = _mine(passkey_id), PasskeyForm(formdata=None)
    user = db().get_one(User, viewer().id)
    try:
        remove_passkey(db(), user, passkey, needed=viewer().needs_factor)
    except Refused as refusal:
        db().rollback()
        passkey = _mine(passkey_id)
        form = PasskeyForm(formdata=None, obj=passkey)
        form.refuse(refusal)
        return page("factors/passkey.html", 422, form=form, passkey=passkey)
    changed_mail(db(), user, "passkey_removed")
    flash(_("The passkey is removed."))
    return redirect(url_for("factors.security"), 303)


def _mine(passkey_id: int) -> Passkey:
    mine = Passkey.user_id == viewer().id
    return db().scalars(select(Passkey).where(Passkey.id == passkey_id, mine)).one()


def _adding(form: NewPasskeyForm, status: int) -> Response:
    return page("factors/new_passkey.html", status, form=form)
