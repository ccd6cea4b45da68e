"""`/downloads/following`: what somebody follows, when they hear of it, and their feed's link."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request

from portal.accounts.actions import Person
from portal.accounts.models import User
from portal.base import clock
from portal.base.words import Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.models import Category
from portal.news.actions import follow, hear, make_link, revoke_link, unfollow
from portal.news.beside import of_all
from portal.news.forms import FollowingForm, HowForm, LinkForm
from portal.news.queries import What
from portal.news.showing import called, show_followed, word_of
from portal.web.guard import personal, viewer
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("news", __name__)


@bp.get("")
@personal()
@limited("search")
def index() -> ResponseReturnValue:
    return show_followed()


@bp.post("")
@personal()
def add() -> ResponseReturnValue:
    form = FollowingForm()
    if form.validate():
        try:
            thing = form.thing(catalogue_of(db()))
            follow(db(), _me(), thing, by=_by(), now=clock.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            name = called(thing)
            return _answer(form, thing, _("You follow %(name)s.", name=name), followed=True)
    return show_followed(422, form=form)


@bp.post("/removal")
@personal()
def remove() -> ResponseReturnValue:
    form = FollowingForm()
    if form.validate():
        try:
            thing = form.thing(catalogue_of(db()))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            unfollow(db(), _me(), thing, by=_by())
            name = called(thing)
            told = _("You do not follow %(name)s any more.", name=name)
            return _answer(form, thing, told, followed=False)
    return show_followed(422, form=form)


@bp.post("/frequency")
@personal()
def change() -> ResponseReturnValue:
    form = HowForm()
    if form.validate():
        try:
            thing, how = form.thing(catalogue_of(db())), form.chosen
        except Refused as refusal:
            form.refuse(refusal)
        else:
            hear(db(), _me(), thing, how, by=_by())
            told = _("Saved for %(name)s: %(how)s.", name=called(thing), how=label(how))
            return _answer(form, thing, told, followed=True)
    return show_followed(422, form=form)


@bp.post("/link")
@personal()
def make() -> ResponseReturnValue:
    """Make the link of the feed and the calendar, or another one."""
    form = LinkForm()
    if not form.validate():
        return show_followed(422, form=form)
    generation = form.generation.data
    make_link(db(), _me(), generation=generation, by=_by(), now=clock.now())
    if generation:
        flash(_("Here is the new link. The one before is dead."))
    else:
        flash(_("Here is your link. Give it to your feed reader or calendar."))
    return redirect(f"{url_for('.index')}#feed", 303)


@bp.post("/link/removal")
@personal()
def switch_off() -> ResponseReturnValue:
    if revoke_link(db(), _me(), by=_by()):
        flash(_("The link is switched off. Nobody can read by it any more."))
    return redirect(f"{url_for('.index')}#feed", 303)


def _answer(form: FollowingForm, thing: What, told: str, *, followed: bool) -> ResponseReturnValue:
    """To where they came from; for htmx the button alone, which keeps its id and so the focus."""
    if request.htmx and form.origin.data != "list":
        return page(
            "news/followed.html",
            news=told,
            thing=word_of(thing),
            name=called(thing),
            followed=followed,
            told=of_all(db()) if isinstance(thing, Category) else (),
        )
    flash(told)
    if form.origin.data == "list":
        return redirect(url_for(".index"), 303)
    if isinstance(thing, Category):
        return redirect(f"{url_for('downloads.index')}#news", 303)
    return redirect(url_for("downloads.show", ref=word_of(thing)), 303)


def _me() -> User:
    return db().get_one(User, viewer().id)


def _by() -> Person:
    return Person(viewer().id, place=getattr(viewer(), "place", ""))
