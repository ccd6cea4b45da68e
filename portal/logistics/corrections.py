"""Putting right what was scanned and written of a parcel that is on its way, or has come back."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.logistics.forms import CorrectForm, DescribeForm
from portal.logistics.scans import refuse_label, refuse_next
from portal.logistics.showing import do
from portal.replacements.models import Replacement
from portal.replacements.renumbering import correct_shipment
from portal.returns.receiving import describe_anew
from portal.web.guard import allow
from portal.web.locale import gettext as _

bp = Blueprint("logistics_corrections", __name__)


@bp.post("/<ref>/shipment")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def correct(ref: str) -> ResponseReturnValue:
    """Other numbers than were scanned when it was sent."""
    form = CorrectForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        refuse_label(session, form.tracking_number.data or "")
        changed = correct_shipment(
            session,
            it,
            serial_number=form.serial_number.data or "",
            tracking_number=form.tracking_number.data or "",
            carrier=form.carrier.data or "",
            again=form.again.data,
            by=by,
            now=clock.now(),
        )
        return _("Your changes are saved.") if changed else _("Nothing was changed.")

    return do(ref, form, deed)


@bp.post("/<ref>/receipt")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def describe(ref: str) -> ResponseReturnValue:
    """In which condition it has come back, and what is missing, as it turned out."""
    form = DescribeForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        refuse_next(session, form.condition, form.missing)
        told = {"condition": form.condition.data or "", "missing": form.missing.data or ""}
        changed = describe_anew(session, it, **told, by=by, now=clock.now())
        return _("Your changes are saved.") if changed else _("Nothing was changed.")

    return do(ref, form, deed)
