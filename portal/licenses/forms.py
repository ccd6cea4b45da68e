"""What people fill in about licenses."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.base.access import Permission
from portal.licenses.rules import MOST_SEATS, Renewal
from portal.products.forms import PickedField, text_field
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.fields import DayField, WholeNumberField
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import lazy_gettext as _l

PAPERS = purpose(
    "license_papers",
    Permission.LICENSES_ASSIGN,
    endings=frozenset({"pdf", "jpg", "jpeg", "png", "docx", "xlsx", "txt"}),
    most_bytes=50_000_000,
    most_files=10,
)
_DAY = _l("Such as 31.12.2027")


class PlaceForm(CreatingForm):
    """Where seats of licenses are to be."""

    site = text_field(_l("Site"), 80)
    room = text_field(_l("Room"), 80)
    device = text_field(
        _l("Device"), 40, description=_l("Serial number, MAC address or the number of the device.")
    )
    holder = text_field(_l("Person"), 120, description=_l("Who uses the license."))


class SeatForm(PlaceForm):
    """Where seats of a license are to be, and how many."""

    seats = WholeNumberField(
        _l("Number of seats"),
        [
            InputRequired(_l("Write how many seats, at least 1.")),
            NumberRange(1, MOST_SEATS, _l("Write how many seats, at least 1.")),
        ],
        default=1,
    )


class TogetherForm(PlaceForm):
    """Where the seats are to be that were picked."""

    picked = PickedField(validators=[Optional()])


class PapersForm(CreatingForm):
    files = FilesField(_l("Papers"), for_what=PAPERS)


class TermsForm(EditingForm):
    """What was bought, as staff state it."""

    name = text_field(_l("Product"), 120)
    starts_on = DayField(_l("First day"), description=_DAY)
    ends_on = DayField(_l("Last day"), description=_l("Leave it empty if it does not expire."))
    seats = WholeNumberField(
        _l("Number of seats"),
        [
            Optional(),
            NumberRange(1, MOST_SEATS, _l("Write how many seats, at least 1.")),
        ],
        description=_l("Leave it empty if nobody counts them."),
    )
    order_number = text_field(_l("Order number"), 40)
    purchase_order = text_field(_l("Purchase order (PO number)"), 40)
    renewal = SelectField(_l("Renewal"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.renewal.choices = choices_of(Renewal)


class RevocationForm(Form):
    reason = text_field(
        _l("Why is it revoked?"),
        200,
        description=_l("The customer reads it, in the portal and by mail."),
    )


class SuccessorForm(Form):
    successor = text_field(
        _l("Number of the license that takes its place"), 40, description=_l("Such as L-1000018.")
    )
