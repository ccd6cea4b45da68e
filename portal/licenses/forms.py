"""What people fill in about licenses."""

from wtforms.validators import InputRequired, NumberRange

from portal.licenses.rules import MOST_SEATS
from portal.products.forms import text_field
from portal.web.fields import WholeNumberField
from portal.web.forms import CreatingForm
from portal.web.locale import lazy_gettext as _l


class SeatForm(CreatingForm):
    """Where seats of a license are to be, and how many."""

    site = text_field(_l("Site"), 80)
    room = text_field(_l("Room"), 80)
    device = text_field(
        _l("Device"), 40, description=_l("Serial number, MAC address or the number of the device.")
    )
    holder = text_field(_l("Person"), 120, description=_l("Who uses the license."))
    seats = WholeNumberField(
        _l("Number of seats"),
        [
            InputRequired(_l("Write how many seats, at least 1.")),
            NumberRange(1, MOST_SEATS, _l("Write how many seats, at least 1.")),
        ],
        default=1,
    )
