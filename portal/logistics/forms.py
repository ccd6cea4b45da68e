"""What logistics scans and fills in."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.carriers.bring import NAME
from portal.replacements.models import Replacement
from portal.web.fields import DayField
from portal.web.forms import CreatingForm, Form
from portal.web.locale import lazy_gettext as _l

_long = Length(max=200, message=_l("Use at most %(most)s characters.", most=200))


class ParcelForm(Form):
    """What is scanned of a parcel, and with which carrier it goes."""

    serial_number = StringField(_l("Serial number of the new device"), [_long])
    tracking_number = StringField(_l("Tracking number"), [_long])
    again = BooleanField(_l("The number is right all the same"))
    carrier = SelectField(_l("Carrier"), default=NAME, coerce=lambda chosen: chosen or NAME)

    def __init__(self, *args: Any, carriers: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer(carriers)

    def offer(self, carriers: Iterable[str]) -> None:
        named = dict.fromkeys((NAME, *carriers))
        self.carrier.choices = [SelectChoice(name, name) for name in named]


class ShipForm(ParcelForm):
    """Three scans: a scanner ends each with Enter, which goes on to the next field."""

    rma = StringField(_l("RMA number"), [_long])


class CorrectForm(ParcelForm):
    """What was scanned of a parcel that is on its way."""

    @classmethod
    def of(cls, it: Replacement) -> "CorrectForm":
        told = {
            "serial_number": it.new_serial_number,
            "tracking_number": it.tracking_number,
            "carrier": it.carrier,
        }
        return cls(formdata=None, data=told)


class DescribeForm(Form):
    """Of what has come back."""

    condition = StringField(
        _l("Condition"),
        [_long],
        default="",
        description=_l("What is damaged, if anything. The customer can read it."),
    )
    missing = StringField(
        _l("Missing parts"), [_long], default="", description=_l("The customer can read it.")
    )

    @classmethod
    def of(cls, it: Replacement) -> "DescribeForm":
        return cls(formdata=None, data={"condition": it.condition, "missing": it.missing})


class ReceiveForm(DescribeForm):
    rma = StringField(
        _l("RMA number"), [_long], description=_l("Or the tracking number of the return.")
    )
    serial_number = StringField(
        _l("Serial number of the faulty device"),
        [_long],
        description=_l("Of devices without serial numbers, leave it open."),
    )
    unread = BooleanField(_l("The serial number cannot be read"))
    another = BooleanField(
        _l("It is another device than the one that is to come back"),
        description=_l("The customer is told, and the right one is still awaited."),
    )


class ApproveForm(Form):
    """A button."""

    approve = HiddenField()


class ApproveSeveralForm(CreatingForm):
    """Those that were picked in the lists."""


class DeclineForm(Form):
    because = StringField(
        _l("Why it is declined"),
        [InputRequired(_l("Say why, so that the customer understands it.")), _long],
        description=_l("The customer can read it."),
    )


class DeliveredForm(Form):
    delivered_on = DayField(_l("Delivered"), [InputRequired(_l("Enter the day."))])

    @classmethod
    def on(cls, day: date) -> "DeliveredForm":
        return cls(formdata=None, data={"delivered_on": day})
