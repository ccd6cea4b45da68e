"""My profile: what somebody is called, and how the portal speaks to them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base.typed import read_name
from portal.base.words import N_, Refused
from portal.profile.actions import change_profile
from portal.profile.forms import ProfileForm
from portal.profile.rules import HOME, read_phone
from portal.web.formats import phone
from portal.web.guard import personal, viewer
from portal.web.layout import theme
from portal.web.locale import gettext as _
from portal.web.locale import language, speaking
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("profile", __name__)


@bp.get("")
@personal()
def show() -> ResponseReturnValue:
    user = _me()
    return _asking(ProfileForm(data=_stated(user) | {"version": user.profile_version}), user, 200)


@bp.post("")
@personal()
def change() -> ResponseReturnValue:
    form, user = ProfileForm(), _me()
    if form.validate() and (stated := _read(form)):
        by = Person(user.id, place=getattr(viewer(), "place", ""))
        try:
            changed = change_profile(db(), user, stated, version=form.version.data, by=by)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if changed:
                with speaking(stated["language"]):  # which the page to come speaks, too
                    flash(_("Your profile is saved."))
            return redirect(url_for(".show"), 303)
    return _asking(form, user, 422)


def _read(form: ProfileForm) -> dict[str, Any] | None:
    """What was stated; None when something of it cannot be, which is then said at its field."""
    stated = form.stated()
    named = partial(read_name, missing=N_("Enter your name."))
    rules: list[tuple[str, Callable[[str], str | None]]] = [("name", named), ("phone", read_phone)]
    for name, rule in rules:
        try:
            stated[name] = rule(form[name].data or "")
        except Refused as refusal:
            form.refuse(refusal)
    return None if form.errors else stated


def _asking(form: ProfileForm, user: User, status: int) -> Response:
    return page("profile/show.html", status, form=form, user=user, saved=_stated(user))


def _stated(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "phone": phone(user.phone) if user.phone else "",
        "language": user.language or language(),
        "time_zone": user.time_zone or HOME,
        "theme": user.theme or theme(),
        "shortcuts": bool(user.staff_role) if user.shortcuts is None else user.shortcuts,
    }


def _me() -> User:
    return db().get_one(User, viewer().id)
