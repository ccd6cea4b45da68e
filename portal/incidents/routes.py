"""How the service is running: the portal's own parts, and incidents. Everybody may ask."""

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from portal.about.status import PARTS, current_status
from portal.about.tagging import tag
from portal.base import clock
from portal.base.references import read_reference
from portal.catalogue.catalogue import catalogue_of
from portal.incidents.concern import concerning
from portal.incidents.incidents import INCIDENTS, Incidents, Shown, incidents_of
from portal.web.guard import public, viewer
from portal.web.locale import offer
from portal.web.pages import page
from portal.web.session import db, db_as

bp = Blueprint("incidents", __name__)
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a feed with nothing in it has changed never
bp.after_request(tag)


@bp.get("")
@public
def index() -> ResponseReturnValue:
    found, now = current_status(), clock.now()
    known = _known(answers=found.parts["database"])
    seen = _seen(known.told_of(now)) if known else []
    return page(
        "incidents/index.html",
        found=found,
        parts=PARTS,
        known=known is not None,
        present=[each for each in seen if each.ended_at is None],
        past=[each for each in seen if each.ended_at is not None],
        now=now,
    )


@bp.get("/<reference>")
@public
def show(reference: str) -> ResponseReturnValue:
    _look_as_whoever_asks()
    incident = incidents_of(db()).get(read_reference("INC", reference))
    if incident is None or not _seen([incident]):
        abort(404)
    models = [model for model in catalogue_of(db()) if model.id in incident.models]
    return page("incidents/show.html", incident=incident, models=models, now=clock.now())


@bp.get("/feed.atom")
@public
def feed() -> ResponseReturnValue:
    """What is public, for programs that look now and then. They say their language in the address,
    for they have no other way to."""
    offer(request.args.get("language", ""))
    told = [each for each in incidents_of(db()).told_of(clock.now()) if each.is_public]
    told.sort(key=lambda each: each.changed_at, reverse=True)
    site = current_app.config["PORTAL_URL"].rstrip("/")
    text = render_template("incidents/feed.xml", incidents=told, site=site, epoch=_EPOCH)
    return Response(text, mimetype="application/atom+xml")


def _known(*, answers: bool) -> Incidents | None:
    """The incidents; those that were read last while the database does not answer."""
    if answers:
        try:
            _look_as_whoever_asks()
            return incidents_of(db())
        except DBAPIError:
            pass
    return INCIDENTS.last(current_app.extensions["sessions"].kw["bind"])


def _look_as_whoever_asks() -> None:
    """See what they have, if they are signed in and have an account at hand."""
    if _signed_in() and viewer().account:
        db_as(viewer().scope)


def _seen(incidents: Sequence[Shown]) -> list[Shown]:
    """Those that whoever asks may read: the public ones, and what concerns the account at hand.

    Staff read all, until they look at one customer: then they see what it sees.
    """
    hidden = [each for each in incidents if not each.is_public]
    if not hidden or not _signed_in():
        return [each for each in incidents if each.is_public]
    if viewer().kind == "staff" and not viewer().account:
        return list(incidents)
    account = viewer().account
    theirs = concerning(db(), hidden, account.id) if account else []
    return [each for each in incidents if each.is_public or each in theirs]


def _signed_in() -> bool:
    return viewer().is_authenticated and not viewer().unready
