"""Approving and declining, on the replacement's own page, what an employee ordered."""

from flask import Blueprint, abort, flash, redirect
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.employees.deciding import approve_for_employee, decline_for_employee
from portal.employees.models import EmployeeOrder
from portal.employees.queries import order_of
from portal.employees.settings_forms import DeclineOrderForm
from portal.replacements.models import Replacement
from portal.replacements.routes import show_page
from portal.replacements.rules import Stage
from portal.returns.reaching import find
from portal.web.guard import allow, viewer
from portal.web.locale import explain
from portal.web.locale import gettext as _
from portal.web.session import db

bp = Blueprint("employee_decisions", __name__)


@bp.post("/<reference>/approval")
@allow(Permission.EMPLOYEES_APPROVE, Permission.REPLACEMENTS_VIEW)
def approve(reference: str) -> ResponseReturnValue:
    it, _asked = ordered(reference)
    try:
        with db().begin_nested():
            approve_for_employee(db(), it, by=viewer(), now=clock.now())
    except Refused as refusal:
        return _refused(it, refusal)
    return approved_page(it)


def approved_page(it: Replacement) -> ResponseReturnValue:
    """Back to the replacement, with what came of approving it."""
    approved = it.stage is Stage.APPROVED
    flash(
        _("The replacement is approved.")
        if approved
        else _("You have approved it. We look at it as well before it is sent.")
    )
    return redirect(f"/replacements/{it.reference}", 303)


@bp.post("/<reference>/refusal")
@allow(Permission.EMPLOYEES_APPROVE, Permission.REPLACEMENTS_VIEW)
def decline(reference: str) -> ResponseReturnValue:
    (it, _asked), form = ordered(reference), DeclineOrderForm()
    if not form.validate():
        told = " ".join(str(each) for each in form.because.errors)
        return show_page(it, 422, refused=told)
    try:
        with db().begin_nested():
            because = form.because.data or ""
            decline_for_employee(db(), it, because, by=viewer(), now=clock.now())
    except Refused as refusal:
        return _refused(it, refusal)
    flash(_("The replacement is declined."))
    return redirect(f"/replacements/{it.reference}", 303)


def ordered(reference: str) -> tuple[Replacement, EmployeeOrder]:
    """A replacement that an employee ordered: of others nobody decides here."""
    it = find(reference)
    return it, db().scalars(order_of(it.id)).first() or abort(404)


def _refused(it: Replacement, refusal: Refused) -> ResponseReturnValue:
    told = explain(refusal)
    db().expire_all()
    return show_page(find(it.reference), 422, refused=told)
