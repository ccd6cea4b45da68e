"""The list of replacements, and each one's page with its three tracks."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.signatures import signatures_of
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import events_of
from portal.base.references import read_reference
from portal.base.references import reference as written
from portal.base.words import Refused
from portal.replacements import exports
from portal.replacements.approving import call_off
from portal.replacements.beside import told_of
from portal.replacements.faults import tried_of
from portal.replacements.filters import Sort, View, read_filters
from portal.replacements.listing import list_replacements
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_shown
from portal.replacements.rules import PREFIX, WAITING, Stage, return_stage
from portal.replacements.tracks import tracks_of
from portal.replacements.wording import return_color, return_sentence, stage_color, status_sentence
from portal.service_requests.models import PREFIX as REQUEST
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.paging import LARGEST
from portal.web.session import db
from portal.web.sheets import send_sheet

bp = Blueprint("replacements", __name__)
CHOICES = {each.__name__: each for each in (Stage, Sort, View)}
MOST_EVENTS = 50


@bp.get("")
@allow(Permission.REPLACEMENTS_VIEW)
@limited("search")
def index() -> ResponseReturnValue:
    filters = read_filters(request.args)
    listed = list_replacements(db(), filters, today=clock.today())
    return page(
        "replacements/index.html",
        filters=filters,
        listed=listed,
        choices=CHOICES,
        stage_color=stage_color,
        return_color=return_color,
        news=listed.heading,
    )


@bp.get("/replacements.<any(csv, xlsx):format>")
@allow(Permission.REPLACEMENTS_VIEW, Permission.EXPORT)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    rows = exports.rows(db(), read_filters(request.args), today=clock.today())
    return send_sheet(format, name=_("replacements"), columns=exports.columns(), rows=rows)


@bp.get("/<reference>")
@allow(Permission.REPLACEMENTS_VIEW)
def show(reference: str) -> ResponseReturnValue:
    return show_page(_find(reference))


@bp.post("/<reference>/cancellation")
@allow(Permission.REPLACEMENTS_CHANGE)
def cancel(reference: str) -> ResponseReturnValue:
    """Call it off, as long as nothing is sent. A second click finds that it is called off."""
    it = _find(reference)
    try:
        call_off(db(), it, by=viewer(), now=clock.now())
    except Refused as refusal:
        return show_page(it, 422, refused=explain(refusal))
    flash(_("The replacement is called off."))
    return redirect(url_for(".show", reference=it.reference), 303)


def _find(reference: str) -> Replacement:
    number = read_reference(PREFIX, reference) or 0
    if not 0 < number <= LARGEST:
        abort(404)
    return db().scalars(replacement_shown(), {"replacement_id": number}).unique().one()


def show_page(it: Replacement, status: int = 200, *, refused: str = "") -> ResponseReturnValue:
    today = clock.today()
    events = db().scalars(events_of(it).limit(MOST_EVENTS)).all()
    return page(
        "replacements/show.html",
        status,
        it=it,
        refused=refused,
        sentence=status_sentence(it, today=today),
        return_sentence=return_sentence(it, today=today),
        returned=return_stage(it.returned, it.return_due_on, today),
        tracks=tracks_of(it, it.steps, today=today),
        parts=told_of(db(), it),
        tried=tried_of(it.fault, it.tried),
        events=events,
        signatures=signatures_of(db(), events),
        request_number=written(REQUEST, it.request_id) if it.request_id else "",
        may_cancel=it.stage in WAITING and viewer().may(Permission.REPLACEMENTS_CHANGE),
    )
