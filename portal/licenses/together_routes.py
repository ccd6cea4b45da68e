"""Several seats, of one license or of many, moved or taken back together; and seats put back."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.base.submissions import submission
from portal.base.words import N_, Refused
from portal.licenses.finding import place_of, ring
from portal.licenses.forms import TogetherForm
from portal.licenses.models import LicenseAssignment
from portal.licenses.part_models import SeatChange
from portal.licenses.part_queries import seat_change_with_id, seats_picked, seats_with_ids
from portal.licenses.rules import CHANGE_PREFIX, MOST_AT_ONCE, PREFIX, SEAT_PREFIX
from portal.licenses.together import move_together, take_back_together, undo_change
from portal.licenses.undoing import changed_path
from portal.licenses.wording import where_of
from portal.web.guard import allow, viewer
from portal.web.locale import explain, ngettext
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("license_seats", __name__)
NONE = N_("Pick seats, or licenses that have seats in use.")


@bp.get("/seats")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def choose() -> ResponseReturnValue:
    """What was picked, and where it is to go. Nothing is done yet."""
    return _page(TogetherForm(formdata=None))


@bp.post("/seats/moves")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def move() -> ResponseReturnValue:
    return _do(taking_back=False)


@bp.post("/seats/returns")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def take_back() -> ResponseReturnValue:
    return _do(taking_back=True)


@bp.post("/changes/<reference>/reversal")
@allow(Permission.LICENSES_VIEW, Permission.LICENSES_ASSIGN, Permission.PRODUCTS_VIEW)
def undo(reference: str) -> ResponseReturnValue:
    change = _find(reference)
    try:
        with db().begin_nested():
            licenses = undo_change(db(), ring(), change, by=viewer(), now=clock.now())
    except Refused as refusal:
        flash(explain(refusal), "info")
        return redirect(url_for("licenses.index"), 303)
    flash(_("It is undone: the seats are as they were before."))
    if len(licenses) == 1:
        return redirect(url_for("licenses.show", reference=licenses[0].reference), 303)
    return redirect(url_for("licenses.index"), 303)


def _find(reference: str) -> SeatChange:
    number = read_reference(CHANGE_PREFIX, reference) or abort(404)
    return db().scalars(seat_change_with_id(number)).one()


def _do(*, taking_back: bool) -> ResponseReturnValue:
    form = TogetherForm()
    if form.validate():
        try:
            sent = submission(db(), form.token.data, by=viewer().id)
            if not sent.led_to:
                with db().begin_nested():
                    change = _changed(form, taking_back=taking_back)
                sent.led_to = changed_path(change)
                number = len(change.parts)
                flash(
                    ngettext("%(num)s assignment is taken back.",
                             "%(num)s assignments are taken back.", number)
                    if taking_back
                    else ngettext("%(num)s assignment is moved.",
                                  "%(num)s assignments are moved.", number)
                )  # fmt: skip
            return redirect(sent.led_to, 303)
        except Refused as refusal:
            form.refuse(refusal)
            db().expire_all()
    return _page(form, 422)


def _changed(form: TogetherForm, *, taking_back: bool) -> SeatChange:
    given, by, now = _picked_seats(), viewer(), clock.now()
    if not given:
        raise Refused(NONE)
    if taking_back:
        return take_back_together(db(), ring(), given, by=by, now=now)
    return move_together(db(), ring(), given, place_of(form), by=by, now=now)


def _picked(prefix: str) -> list[int]:
    texts = [text for text in request.values.getlist("picked") if text.startswith(f"{prefix}-")]
    found = (read_reference(prefix, text) for text in texts[: MOST_AT_ONCE + 1])
    return [number for number in found if number]


def _picked_seats() -> list[LicenseAssignment]:
    shown = seats_with_ids(_picked(SEAT_PREFIX))
    return list(db().scalars(shown.where(LicenseAssignment.ended_at.is_(None))))


def _page(form: TogetherForm, status: int = 200) -> ResponseReturnValue:
    seats, licenses = _picked(SEAT_PREFIX), _picked(PREFIX)
    found = db().execute(seats_picked(seats, licenses).limit(MOST_AT_ONCE + 1)).all()
    return page(
        "licenses/together.html",
        status,
        form=form,
        seats=found[:MOST_AT_ONCE],
        more=len(found) > MOST_AT_ONCE,
        most=MOST_AT_ONCE,
        where=where_of,
    )
