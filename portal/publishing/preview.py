"""A release as a customer will see it, before anybody does, and its file."""

from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock
from portal.base.access import Permission
from portal.catalogue.catalogue import catalogue_of
from portal.downloads.granting import Asker, why_not_release
from portal.downloads.rules import Part, Refusal, State
from portal.downloads.shelf import shelf_of
from portal.downloads.values import Release
from portal.downloads.way import way_to
from portal.downloads.wording import notes_in, refusal_sentence
from portal.publishing.finding import find_release
from portal.web.downloads import hand_over
from portal.web.guard import allow
from portal.web.headers import keep_and_ask
from portal.web.pages import page
from portal.web.session import db
from portal.web.signing import signer

bp = Blueprint("publishing_preview", __name__)


@bp.get("/releases/<ref>/preview")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    record, models = find_release(ref), catalogue_of(db())
    it = shelf_of(db()).releases[record.id]
    known = {each.id: each for each in shelf_of(db()).releases.values() if each.models & it.models}
    covered = Asker(software=True, terms=(), today=clock.today())
    # As for somebody who is covered: what would keep even them from it is told.
    why = why_not_release(replace(it, security=True), models, covered)
    return page(
        "publishing/preview.html",
        it=it,
        models=[model for model in models if model.id in it.models],
        notes=notes_in({it.id: record.notes}),
        parts=Part,
        why={it.id: why},
        says=refusal_sentence,
        Refusal=Refusal,
        way=way_to(it, known.get, "", to_be_had=_is_out),
        signed=signer() is not None,
        preview=True,  # its links are those of publishers
    )


def _is_out(it: Release) -> bool:
    return it.state is State.PUBLISHED and it.handed_out


@bp.get("/releases/<ref>/file")
@allow(Permission.DOWNLOADS_PUBLISH, everywhere=True)
def file(ref: str) -> ResponseReturnValue:
    """What customers will get, for whoever is to look it through."""
    found = find_release(ref).file
    if found is None:
        raise NotFound
    keep_and_ask()
    return hand_over(found)
