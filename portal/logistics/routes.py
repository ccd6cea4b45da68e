"""`/desk/logistics`: what is to be sent today, by three scans; approvals, and what comes back."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from portal.approval_rules.rules import Held
from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.carriers.bring import NAME
from portal.employees.deciding import approve_for_employee, decline_for_employee
from portal.logistics.forms import (
    ApproveForm,
    DeclineForm,
    DeliveredForm,
    ReceiveForm,
    ShipForm,
)
from portal.logistics.listing import Which, show_board
from portal.logistics.scans import refuse_label, refuse_next, scanned_return
from portal.logistics.showing import Deed, carriers_offered, do, show_page
from portal.replacements.deciding import approve_asked, check_ours, decline
from portal.replacements.filters import LONGEST
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_shown, replacement_with_id
from portal.replacements.rules import Stage
from portal.replacements.shipping import deliver, ship
from portal.replacements.wording import return_color
from portal.returns.reaching import account_of, number_in
from portal.returns.receiving import receive_back
from portal.web.forms import Form
from portal.web.guard import allow, viewer
from portal.web.limited import refuse_too_often
from portal.web.locale import gettext as _
from portal.web.pages import page
from portal.web.reasons import because
from portal.web.session import db, db_for

bp = Blueprint("logistics", __name__)
UNKNOWN = N_("There is no replacement with this number.")


@bp.get("")
@allow(Permission.DESK_VIEW, everywhere=True)
def index() -> ResponseReturnValue:
    return _board()


@bp.post("/shipments")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def send() -> ResponseReturnValue:
    form = _ship_form()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        refuse_label(session, form.tracking_number.data or "")
        ship(
            session,
            it,
            serial_number=form.serial_number.data or "",
            tracking_number=form.tracking_number.data or "",
            carrier=form.carrier.data or "",
            again=form.again.data,
            by=by,
            now=clock.now(),
        )
        cookie["carrier"] = it.carrier  # with which the next one goes as well
        return _("%(number)s is sent.", number=it.reference)

    return _scanned(form, Which.SHIP, deed)


@bp.post("/returns")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def receive() -> ResponseReturnValue:
    form = ReceiveForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        told: dict[str, Any] = {
            name: form[name].data or "" for name in ("serial_number", "condition", "missing")
        }
        ticked = {"another": form.another.data, "unread": form.unread.data}
        refuse_next(session, form.serial_number, form.condition, form.missing)
        if receive_back(session, it, **told, **ticked, by=by, now=clock.now()):
            cookie["received"] = it.reference  # of which more may be said on the page that follows
            return _("%(number)s has come back.", number=it.reference)
        return _("It is noted that another device came. The customer is told.")

    return _scanned(form, Which.RETURNS, deed)


@bp.get("/<ref>")
@allow(Permission.DESK_VIEW, everywhere=True)
def show(ref: str) -> ResponseReturnValue:
    asked = {"replacement_id": number_in(ref)}
    return show_page(db().scalars(replacement_shown(), asked).unique().one())


@bp.post("/<ref>/approval")
@allow(Permission.DESK_VIEW, Permission.REPLACEMENTS_APPROVE, everywhere=True)
def accept(ref: str) -> ResponseReturnValue:
    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        if _for_employee(it):
            approve_for_employee(session, it, by=by, now=clock.now())
        else:
            approve_asked(session, it, by=by, now=clock.now())
        if it.stage is Stage.REQUESTED:
            return _("The employee's order is approved. Something else holds it back still.")
        return _("The replacement is approved.")

    return do(ref, ApproveForm(), deed)


@bp.post("/<ref>/refusal")
@allow(Permission.DESK_VIEW, Permission.REPLACEMENTS_APPROVE, everywhere=True)
def refuse(ref: str) -> ResponseReturnValue:
    form = DeclineForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        because_of = form.because.data or ""
        if _for_employee(it):
            decline_for_employee(session, it, because_of, by=by, now=clock.now())
        else:
            check_ours(it)
            decline(session, it, because_of, by=by, now=clock.now())
        return _("The replacement is declined.")

    return do(ref, form, deed)


@bp.post("/<ref>/delivery")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def arrive(ref: str) -> ResponseReturnValue:
    form = DeliveredForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        deliver(session, it, on=form.delivered_on.data, by=by, now=clock.now())
        return _("The parts are delivered.") if it.part else _("The new device is delivered.")

    return do(ref, form, deed)


def _for_employee(it: Replacement) -> bool:
    """Whether an employee's order waits, and whoever is here may answer it in the customer's place:
    logistics may not."""
    return Held.EMPLOYEE in it.reasons and viewer().may(Permission.EMPLOYEES_APPROVE)


def _scanned(form: ShipForm | ReceiveForm, which: Which, deed: Deed) -> ResponseReturnValue:
    """A deed on whichever replacement was scanned, and on to the next scan."""
    read = scanned_return if which is Which.RETURNS else number_in
    number = read(form.rma.data or "")
    if (account_id := account_of(number)) is None:
        form.validate()
        form.refuse(Refused(UNKNOWN, field="rma"))
        return _board(422, form=form, which=which)
    session = db_for(account_id)
    if form.validate():
        try:
            with session.begin_nested():
                it = session.scalars(replacement_with_id(number)).one()
                told = deed(session, it, because(""))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            flash(told)
            return redirect(url_for(".index", view=which.value), 303)
    session.expire_all()
    return _board(422, form=form, which=which)


def _board(
    status: int = 200, *, form: Form | None = None, which: Which | None = None
) -> ResponseReturnValue:
    text = "" if which else request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    if text:
        refuse_too_often("search")
    board = show_board(db(), which or request.args.get("view", ""), text, today=clock.today())
    return page(
        "logistics/index.html",
        status,
        board=board,
        views=Which,
        form=form,
        ship_form=form if isinstance(form, ShipForm) else _ship_form(formdata=None),
        receive_form=form if isinstance(form, ReceiveForm) else ReceiveForm(formdata=None),
        return_color=return_color,
        received=cookie.pop("received", "") if board.which is Which.RETURNS else "",
        news=board.heading,
    )


def _ship_form(**options: Any) -> ShipForm:
    return ShipForm(
        carriers=carriers_offered(), data={"carrier": cookie.get("carrier", NAME)}, **options
    )
