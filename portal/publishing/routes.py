"""Releases, as publishers make them: drafts, previews, two people, and what becomes of them."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.rules import Channel, Part, State
from portal.publishing.actions import Done, add_release, change_release, propose, publish
from portal.publishing.fields import receives_file
from portal.publishing.finding import as_typed, find_release, sent_file
from portal.publishing.forms import (
    AddReleaseForm,
    ChangeReleaseForm,
)
from portal.publishing.listing import list_releases, read_asked
from portal.publishing.showing import CHANGE_WAITS, do, path_of, release_page
from portal.uploads.rules import MOST_WITH_FORM
from portal.web.guard import allow, viewer
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("publishing", __name__)
PUBLISH = Permission.DOWNLOADS_PUBLISH
_SAID = {
    Done(saved=False, waits=False): N_("Nothing was changed."),
    Done(saved=True, waits=False): N_("Your changes are saved."),
    Done(saved=False, waits=True): CHANGE_WAITS,
    Done(saved=True, waits=True): N_(
        "What lets more customers have it waits for another publisher. The rest is saved."
    ),
}


@bp.get("")
@allow(PUBLISH, everywhere=True)
def index() -> ResponseReturnValue:
    asked = read_asked(request.args)
    listed = list_releases(db(), asked)
    told: dict[str, Any] = {"State": State, "now": clock.now(), "news": listed.found}
    return page("publishing/index.html", listed=listed, asked=asked, **told)


@bp.get("/releases/new")
@allow(PUBLISH, everywhere=True)
def new() -> ResponseReturnValue:
    form = AddReleaseForm()
    if not form.channels.data:
        form.channels.data = [each.value for each in Channel]
    form.audience.data = form.audience.data or "covered"
    return page("publishing/new.html", form=form, parts=Part)


@bp.post("/releases")
@allow(PUBLISH, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_file
def add() -> ResponseReturnValue:
    form = AddReleaseForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                facts = form.facts(db(), catalogue_of(db()))
                with db().begin_nested():  # refused, its file is there to be sent again
                    file_id, now = sent_file(form), clock.now()
                    made = add_release(db(), facts, file_id=file_id, by=viewer(), now=now)
                sent.led_to = path_of(made)
                flash(_("The draft is saved. Customers see it when it is published."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return page("publishing/new.html", 422, form=form, parts=Part)


@bp.get("/releases/<ref>")
@allow(PUBLISH, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    return release_page(find_release(ref))


@bp.get("/releases/<ref>/facts")
@allow(PUBLISH, everywhere=True)
def edit(ref: str) -> ResponseReturnValue:
    it = find_release(ref)
    form = ChangeReleaseForm(data=as_typed(it) | {"version": it.revision})
    return page("publishing/edit.html", it=it, form=form, parts=Part, saved={})


@bp.post("/releases/<ref>/facts")
@allow(PUBLISH, everywhere=True, most_bytes=MOST_WITH_FORM)
@receives_file
def change(ref: str) -> ResponseReturnValue:
    it, form = find_release(ref), ChangeReleaseForm()
    if form.validate():
        try:
            facts = form.facts(db(), catalogue_of(db()))
            with db().begin_nested():
                done = change_release(
                    db(),
                    it,
                    facts,
                    file_id=sent_file(form),
                    revision=form.version.data,
                    by=viewer(),
                    now=clock.now(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(_(_SAID[done]))
            return redirect(path_of(it), 303)
    saved = as_typed(it) if form.overtaken else {}
    return page("publishing/edit.html", 422, it=it, form=form, parts=Part, saved=saved)


@bp.post("/releases/<ref>/proposal")
@allow(PUBLISH, everywhere=True)
def propose_it(ref: str) -> ResponseReturnValue:
    it = find_release(ref)
    return do(it, propose, _("It is proposed. Another publisher must publish it."))


@bp.post("/releases/<ref>/publication")
@allow(PUBLISH, everywhere=True)
def publish_it(ref: str) -> ResponseReturnValue:
    it = find_release(ref)
    return do(it, publish, _("It is published."))
