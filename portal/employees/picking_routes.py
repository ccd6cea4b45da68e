"""`/replacements/RMA-…/device`: which device it is that an employee ordered anew."""

from flask import Blueprint, abort, redirect, request
from flask.typing import ResponseReturnValue

from portal.approval_rules.rules import Held
from portal.base import clock
from portal.base.access import Permission
from portal.base.words import Refused
from portal.employees.decisions import approved_page, ordered
from portal.employees.models import EmployeeOrder
from portal.employees.picking import CHOOSE, COUNTED, say_device
from portal.employees.settings_forms import SayDeviceForm
from portal.replacements.finding import devices_to_choose
from portal.replacements.models import Replacement
from portal.replacements.queries import being_replaced, open_of_counts
from portal.replacements.rules import Stage
from portal.web.guard import allow, viewer
from portal.web.limited import limited
from portal.web.pages import page
from portal.web.session import db

bp = Blueprint("employee_picking", __name__)


@bp.get("/<reference>/device")
@allow(Permission.EMPLOYEES_APPROVE, Permission.REPLACEMENTS_VIEW, Permission.PRODUCTS_VIEW)
@limited("search")
def choose(reference: str) -> ResponseReturnValue:
    it, asked = ordered(reference)
    if Held.DEVICE not in it.reasons or it.stage is not Stage.REQUESTED:
        return redirect(f"/replacements/{it.reference}", 303)
    return _page(it, asked, SayDeviceForm(formdata=None))


@bp.post("/<reference>/device")
@allow(Permission.EMPLOYEES_APPROVE, Permission.REPLACEMENTS_VIEW, Permission.PRODUCTS_VIEW)
def say(reference: str) -> ResponseReturnValue:
    (it, _asked), form = ordered(reference), SayDeviceForm()
    picked = form.device.data or ""
    if picked == COUNTED and not viewer().may(Permission.PRODUCTS_CHANGE):
        abort(403)
    if form.validate():
        try:
            if not picked:
                raise Refused(CHOOSE, field="device")
            with db().begin_nested():
                say_device(db(), it, picked, by=viewer(), now=clock.now())
            return approved_page(it)
        except Refused as refusal:
            db().expire_all()
            form.refuse(refusal)
    return _page(*ordered(reference), form, 422)


def _page(
    it: Replacement, asked: EmployeeOrder, form: SayDeviceForm, status: int = 200
) -> ResponseReturnValue:
    text = request.values.get("q", "").replace("\0", "").strip()[:80]
    found, more = devices_to_choose(db(), text, models=[it.model_id], account_id=it.account_id)
    ids = [each.id for each in found if each.known_as]
    taken = set(db().scalars(being_replaced(ids))) if ids else set()
    lines = {each.id: each.number or 0 for each in found if not each.known_as}
    opened = db().execute(open_of_counts(list(lines))).all() if lines else ()
    gone = {line for line, number in opened if number >= lines[line]}
    return page(
        "employees/picking.html",
        status,
        it=it,
        asked=asked,
        form=form,
        text=text,
        found=found,
        more=more,
        taken=taken,
        gone=gone,
        counted=COUNTED,
    )
