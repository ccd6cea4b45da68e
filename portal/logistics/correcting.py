"""What logistics puts right on the page of a replacement."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.history import Doer
from portal.base.tenancy import ScopedSession
from portal.logistics.forms import CorrectForm
from portal.logistics.showing import do
from portal.replacements.models import Replacement
from portal.replacements.renumbering import correct_shipment
from portal.web.guard import allow
from portal.web.locale import gettext as _

bp = Blueprint("logistics_correcting", __name__)


@bp.post("/<ref>/shipment")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def correct(ref: str) -> ResponseReturnValue:
    """Other numbers than were scanned when it was sent."""
    form = CorrectForm()

    def deed(session: ScopedSession, it: Replacement, by: Doer) -> str:
        changed = correct_shipment(
            session,
            it,
            serial_number=form.serial_number.data or "",
            tracking_number=form.tracking_number.data or "",
            again=form.again.data,
            by=by,
            now=clock.now(),
        )
        return _("Your changes are saved.") if changed else _("Nothing was changed.")

    return do(ref, form, deed)
