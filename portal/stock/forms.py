"""What logistics states about stock."""

from typing import Any

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.stock.models import Stock
from portal.web.fields import DayField, WholeNumberField
from portal.web.forms import CreatingForm, EditingForm
from portal.web.locale import lazy_gettext as _l

_some = InputRequired(_l("Write a whole number with digits, such as 120."))


class ReceivingForm(CreatingForm):
    """What came in: the model as it is scanned or typed."""

    model = StringField(
        _l("Model"),
        [Length(max=80, message=_l("Use at most %(most)s characters.", most=80))],
        description=_l("Scan the part number, or write the name."),
    )
    number = WholeNumberField(_l("How many came in"), [_some])


class CountForm(EditingForm):
    number = WholeNumberField(_l("How many there are"), [_some])

    @classmethod
    def of(cls, line: Stock) -> "CountForm":
        return cls(formdata=None, data={"number": line.on_hand, "version": line.version})


class ExpectingForm(EditingForm):
    ordered = WholeNumberField(_l("How many are ordered"), [_some])
    expected_on = DayField(_l("They arrive"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.version.id = "expectation-version"  # the count stands on the same page

    @classmethod
    def of(cls, line: Stock) -> "ExpectingForm":
        told: dict[str, Any] = {
            "ordered": line.expected,
            "expected_on": line.expected_on,
            "version": line.version,
        }
        return cls(formdata=None, data=told)
