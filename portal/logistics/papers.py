"""What goes along with a parcel: the slip in it, which says what it is, for whom, and what to do
with the old device; and the order for the carrier, who makes the label."""

import io
from typing import Any

import segno
from flask import Blueprint, Response, abort, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.access import Permission
from portal.base.references import read_reference
from portal.carriers.actions import have_ordered
from portal.carriers.rules import Direction
from portal.catalogue.catalogue import Model, catalogue_of
from portal.replacements.deeds import MOVED_ON
from portal.replacements.models import Replacement
from portal.replacements.queries import replacement_with_id
from portal.replacements.rules import PREFIX, Stage
from portal.replacements.wording import pack_sentence
from portal.returns.reaching import find, session_for
from portal.web.formats import phone, place, text_date
from portal.web.guard import allow
from portal.web.limited import limited
from portal.web.locale import gettext as _
from portal.web.locale import language
from portal.web.operator import OPERATOR
from portal.web.paging import LARGEST
from portal.web.pdf import breakable, make_pdf, send_pdf
from portal.web.session import db

bp = Blueprint("logistics_papers", __name__)


@bp.get("/<ref>/packing-slip.pdf")
@allow(Permission.DESK_VIEW, everywhere=True)
@limited("export")
def slip(ref: str) -> Response:
    number = read_reference(PREFIX, ref.strip()) or 0
    if not 0 < number <= LARGEST:
        abort(404)
    it = db().scalars(replacement_with_id(number)).one()
    body = make_pdf("logistics/packing_slip.typ", told(it), now=clock.now())
    return send_pdf(f"{it.reference}.pdf", body)


@bp.post("/<ref>/order")
@allow(Permission.LOGISTICS_WORK, everywhere=True)
def order(ref: str) -> ResponseReturnValue:
    """Have the parcel of the new device ordered. A second click finds that it is."""
    session = session_for(ref)
    it = find(ref, session)
    if it.stage is Stage.APPROVED and current_app.extensions["bring"].books:
        have_ordered(session, it, Direction.OUT)
        flash(_("The parcel is being ordered. Its number is here in a moment."))
    else:
        flash(_(MOVED_ON))
    return redirect(url_for("logistics.show", ref=it.reference), 303)


def told(it: Replacement) -> dict[str, Any]:
    model = catalogue_of(db(), knowing=[it.to_send_id])[it.to_send_id]
    to = (it.recipient, it.street, place(it.postal_code, it.city))
    facts = (
        (_("RMA number"), it.reference),
        (_("Customer"), it.account.name),
        (_("Promised"), text_date(it.promised_on) if it.promised_on else ""),
        (_("Phone number"), phone(it.phone) if it.phone else ""),
        (_("When somebody can receive it"), it.hours),
    )
    return {
        "lang": language(),
        "author": OPERATOR.name,
        "title": _("Packing slip %(number)s", number=it.reference),
        "reference": it.reference,
        "code": _code(it.reference),
        "to": [breakable(each) for each in to if each],
        "facts": [[name, breakable(value)] for name, value in facts if value],
        "rows": [_row(it, model)],
        "old": breakable(pack_sentence(it)),
        "contact": f"{OPERATOR.name} · {phone(OPERATOR.phone)} · {OPERATOR.email}",
        "words": {
            "title": _("Packing slip"),
            "to": _("To"),
            "number": _("Number"),
            "model": _("Model"),
            "part": _("Part number"),
            "serial": _("Serial number"),
            "old": _("Return") if it.part else _("The faulty device"),
        },
    }


def _row(it: Replacement, model: Model) -> list[str]:
    if it.part:
        return [str(it.part_count), it.part.name.in_language(language()).text, it.part.number, ""]
    return ["1", model.name, ", ".join(model.part_numbers), it.new_serial_number or ""]


def _code(text: str) -> str:
    """As a picture that a scanner reads."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue().decode()
