"""My notices: when somebody hears of what by mail."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.accounts.queries import accounts_of
from portal.base.access import GRANTABLE, GRANTS, Permission
from portal.base.words import Refused
from portal.notices.actions import Choice, choose, saved
from portal.notices.forms import NoticesForm, form_for
from portal.notices.notice import Notice
from portal.notices.rules import offered
from portal.web.guard import personal, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("notices", __name__)


@bp.get("")
@personal()
def show() -> ResponseReturnValue:
    user, mine = _me(), saved(db(), viewer().id)
    stated: dict[str, Any] = {notice.value: how.value for notice, (how, _here) in mine.items()}
    stated["here"] = [notice.value for notice, (_how, here) in mine.items() if here]
    form = form_for(_mine())(data=stated | {"version": user.profile_version})
    return _asking(form, mine, 200)


@bp.post("")
@personal()
def change() -> ResponseReturnValue:
    form, user = form_for(_mine())(), _me()
    if form.validate():
        by = Person(user.id, place=getattr(viewer(), "place", ""))
        try:
            if choose(db(), user, form.chosen(), version=form.version.data, by=by):
                flash(_("Your choices are saved."))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".show"), 303)
    return _asking(form, saved(db(), viewer().id), 422)


def _asking(form: NoticesForm, mine: dict[Notice, Choice], status: int) -> Response:
    by_mail = {notice: how for notice, (how, _here) in mine.items()}
    return page("notices/show.html", status, form=form, saved=by_mail)


def _mine() -> list[Notice]:
    """What may come, in any of the accounts they are in."""
    held = frozenset(each for each in Permission if viewer().may(each))
    if viewer().kind == "partner":
        held |= GRANTABLE  # by one customer or another
    for membership in db().scalars(accounts_of(viewer().id)):
        held |= GRANTS[membership.role]
    return offered(kind=viewer().kind, held=held)


def _me() -> User:
    return db().get_one(User, viewer().id)
