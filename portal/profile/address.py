"""Another e-mail address: asked for by someone who proved who they are, confirmed at both."""

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.models import User
from portal.base import clock
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.profile.actions import (
    begin_email_change,
    confirm_email_change,
    drop_email_change,
    is_done,
)
from portal.profile.forms import EmailForm
from portal.profile.mails import email_change_mails, email_changed_mails
from portal.profile.queries import change_behind, change_of
from portal.profile.rules import read_new_address
from portal.web.guard import personal, public, viewer
from portal.web.limits import limit, limits, too_many
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db, open_session

bp = Blueprint("profile_address", __name__)
PER_PERSON = limit("change of address per person", 5, 86_400)


@bp.get("/profile/security/email")
@personal(fresh=True)
def email_page() -> ResponseReturnValue:
    return _asking(EmailForm(), 200)


@bp.post("/profile/security/email")
@personal(fresh=True)
def ask() -> ResponseReturnValue:
    form, wait = EmailForm(), 0
    if form.validate():
        try:
            email = read_new_address(form.email.data, now=viewer().email)
            if wait := limits().take([PER_PERSON.of(viewer().id)]):
                form.form_errors.append(too_many(wait))
            else:
                return _begun(email)
        except Refused as refusal:
            form.refuse(refusal)
    response = _asking(form, 429 if wait else 422)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _begun(email: str) -> ResponseReturnValue:
    user = db().get_one(User, viewer().id)
    old, new, free = begin_email_change(db(), user, email, now=clock.now())
    email_change_mails(db(), user, email, tokens=(old, new), free=free)
    return redirect(url_for(".email_page"), 303)


@bp.post("/profile/security/email/withdrawal")
@personal()
def withdraw() -> ResponseReturnValue:
    drop_email_change(db(), viewer().id)
    flash(_("Your e-mail address stays as it is."))
    return redirect(url_for("factors.security"), 303)


@bp.get("/email-confirmation/<token>")
@public
def confirm_page(token: str) -> ResponseReturnValue:
    """Only asks: mail programs open links by themselves, to look for danger."""
    with open_session(NOBODY, reading=True) as session:
        change = session.scalars(change_behind(token, now=clock.now())).one_or_none()
        if change is None:
            return page("profile/email_gone.html", 410)
        return page("profile/email_confirm.html", change=change, refused="")


@bp.post("/email-confirmation/<token>")
@public
def confirm(token: str) -> ResponseReturnValue:
    with open_session(NOBODY, reading=True) as session:
        found = session.scalars(change_behind(token, now=clock.now())).one_or_none()
        old = found.user.email if found else ""
    try:
        change = confirm_email_change(db(), token, now=clock.now())
    except Refused as refusal:
        db().rollback()
        return page("profile/email_gone.html", 410, told=explain(refusal))
    if change is None:
        return page("profile/email_gone.html", 410)
    if is_done(change):
        email_changed_mails(db(), change.user, old=old)
    return page("profile/email_confirmed.html", done=is_done(change), email=change.email)


def _asking(form: EmailForm, status: int) -> Response:
    with open_session(NOBODY, reading=True) as session:
        waiting = session.scalars(change_of(viewer().id, now=clock.now())).one_or_none()
        return page("profile/email.html", status, form=form, waiting=waiting)
