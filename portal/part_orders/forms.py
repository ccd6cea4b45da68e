"""What people fill in to get spare parts."""

from typing import Any

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.part_orders.actions import MOST
from portal.replacements.faults import Fault
from portal.replacements.forms import ReplacementForm, Saved
from portal.web.fields import WholeNumberField
from portal.web.locale import lazy_gettext as _l


class PartsForm(ReplacementForm):
    """Where to, as for a device; and how many."""

    part = HiddenField(validators=[Length(max=60)])
    pieces = WholeNumberField(
        _l("How many do you need?"),
        [
            InputRequired(_l("Enter how many you need.")),
            NumberRange(min=1, message=_l("Write a number from 1 on.")),
            NumberRange(
                max=MOST, message=_l("You can ask for at most %(most)s at once.", most=MOST)
            ),
        ],
    )

    def __init__(self, *args: Any, saved: Saved, **options: Any) -> None:
        super().__init__(*args, asked=Fault.BROKEN, saved=saved, short=(), **options)
        for name in ("product", "count", "number", "request", "fault", "tried", "untried"):
            del self[name]
        del self.description
        self.where.label.text = _l("Where are the parts to be sent?")
