"""The list of licenses, and each one's page. A key is shown on record, and to those who may."""

from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts.signatures import signatures_of
from portal.agreements.queries import agreement_terms
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import What, events_of
from portal.base.submissions import submission
from portal.base.words import Refused
from portal.licenses import exports
from portal.licenses.actions import assign_license, note_copy, show_key
from portal.licenses.filters import Sort, read_filters
from portal.licenses.finding import find, ring, seat_of
from portal.licenses.forms import SeatForm
from portal.licenses.listing import list_licenses
from portal.licenses.models import License
from portal.licenses.part_models import Deed
from portal.licenses.part_queries import papers_of, successor_of
from portal.licenses.queries import assignments_of
from portal.licenses.rules import Status
from portal.licenses.together import remember
from portal.licenses.undoing import changed_path, undoable
from portal.licenses.wording import changes_of, color_of, seats_of, term_of, where_of
from portal.web.guard import account, allow, viewer
from portal.web.limited import limited
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db
from portal.web.sheets import send_sheet
from portal.web.signing import signer

bp = Blueprint("licenses", __name__)
CHOICES = {each.__name__: each for each in (Status, Sort)}
MOST_EVENTS, MOST_SEATS = 50, 25
ALL_SEATS = 1_000  # where they are asked for


@bp.get("")
@allow(Permission.LICENSES_VIEW)
@limited("search")
def index() -> ResponseReturnValue:
    return _list()


@bp.get("/licenses.<any(csv, xlsx):format>")
@allow(Permission.LICENSES_VIEW, Permission.EXPORT)
@limited("export")
def export(format: str) -> ResponseReturnValue:
    keys = viewer().may(Permission.LICENSES_KEYS)
    rows = exports.rows(db(), ring(), read_filters(request.args), keys=keys, today=clock.today())
    return send_sheet(format, name=_("licenses"), columns=exports.columns(), rows=rows)


@bp.get("/<reference>")
@allow(Permission.LICENSES_VIEW)
def show(reference: str) -> ResponseReturnValue:
    return license_page(find(reference))


@bp.post("/<reference>/key")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_KEYS)
@limited("license key")
def reveal(reference: str) -> ResponseReturnValue:
    """Show the key once, where it was asked for: in the list or on the license's page."""
    it, in_list = find(reference), "list" in request.args
    try:
        key = show_key(db(), ring(), it, by=viewer())
    except Refused as refusal:
        told = explain(refusal)
        return _list(422, refused=told) if in_list else license_page(it, 422, refused=told)
    return _list(shown={it.id: key}) if in_list else license_page(it, key=key)


@bp.post("/<reference>/key/copy")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_KEYS)
def note_copied(reference: str) -> ResponseReturnValue:
    """The browser copied a key that was shown; it says so."""
    note_copy(db(), find(reference), by=viewer())
    return "", 204


@bp.post("/<reference>/assignments")
@allow(Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def assign(reference: str) -> ResponseReturnValue:
    it, form = find(reference), SeatForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                by, now = viewer(), clock.now()
                made = assign_license(db(), ring(), it, seat_of(form), by=by, now=now)
                part = [it.id, None, "", made.id]
                sent.led_to = changed_path(remember(db(), Deed.ASSIGNED, [part], by=by, now=now))
                flash(_("The license is assigned."))
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
    return license_page(it, 422, form=form)


def license_page(
    it: License,
    status: int = 200,
    *,
    form: SeatForm | None = None,
    key: str = "",
    refused: str = "",
) -> ResponseReturnValue:
    today = clock.today()
    stands = it.status(today)
    most = ALL_SEATS if request.args.get("seats") == "all" else MOST_SEATS
    given = db().execute(assignments_of(it.id).limit(most + 1)).all()
    events = db().scalars(events_of(it).limit(MOST_EVENTS)).all()
    usable = stands not in {Status.EXPIRED, Status.REVOKED}
    return page(
        "licenses/show.html",
        status,
        it=it,
        key=key,
        refused=refused,
        signed=signer() is not None,
        stands=stands,
        color=color_of(stands),
        term=term_of(it.starts_on, it.ends_on, today),
        seats=seats_of(it.seats_used, it.seats),
        given=given[:most],
        more=len(given) > most,
        where=where_of,
        form=form or SeatForm(formdata=None),
        may_assign=_may_assign(),
        papers=db().scalars(papers_of(it.id)).all(),
        successor=db().execute(successor_of(it.id)).first() if it.revoked_at else None,
        predecessor=next((each for each in events if each.what is What.SUCCEEDED), None),
        change=undoable(),
        usable=usable and (it.seats is None or it.seats_used < it.seats),
        events=events,
        changes=changes_of,
        signatures=signatures_of(db(), events),
        news=_("The license key is shown.") if key else "",
    )


def _may_assign() -> bool:
    may = viewer().may(Permission.LICENSES_ASSIGN) and viewer().may(Permission.PRODUCTS_VIEW)
    return may and viewer().sees_every_site


def _included() -> Any:
    """The agreement in force that ends last: what it includes is told above the list."""
    if not viewer().may(Permission.ACCOUNT_VIEW):
        return None
    found = [it for it in agreement_terms(db(), account().id) if it.in_force(clock.today())]
    return max(found, key=lambda it: it.ends_on, default=None)


def _list(
    status: int = 200, *, shown: dict[int, str] | None = None, refused: str = ""
) -> ResponseReturnValue:
    filters = read_filters(request.args)
    listed = list_licenses(db(), ring(), filters, today=clock.today())
    place: dict[str, Any] = {name: request.args.get(name, "") for name in ("after", "before")}
    return page(
        "licenses/index.html",
        status,
        filters=filters,
        listed=listed,
        choices=CHOICES,
        color_of=color_of,
        asked=filters.address(**place),
        shown=shown or {},
        refused=refused,
        may_assign=_may_assign(),
        change=undoable(),
        included=None if filters.narrowed or "after" in request.args else _included(),
        news=_("The license key is shown.") if shown else refused or listed.heading,
    )
