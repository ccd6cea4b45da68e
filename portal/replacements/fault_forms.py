"""The first question about what is to be replaced: what is wrong, and with how many."""

from typing import Any

from wtforms import HiddenField, RadioField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from portal.base.words import LabelledEnum
from portal.products.forms import PickedField
from portal.replacements.lots import MOST, Lot
from portal.web.fields import WholeNumberField
from portal.web.forms import Form
from portal.web.locale import gettext as _
from portal.web.locale import label, ngettext
from portal.web.locale import lazy_gettext as _l


class FaultForm(Form):
    """The first question about a device. It is in the address: nothing personal is in it."""

    class Meta(Form.Meta):
        csrf = False

    product = PickedField()
    count = HiddenField()
    request = HiddenField()
    number = WholeNumberField(
        _l("How many are faulty?"),
        [
            InputRequired(_l("Enter the number of devices.")),
            NumberRange(min=1, message=_l("Write a number from 1 on.")),
        ],
        default=1,
    )
    fault = RadioField(_l("What is wrong?"), [InputRequired(_l("Choose what is wrong."))])

    def __init__(self, lot: Lot, **options: Any) -> None:
        super().__init__(**options)
        self._there = lot.counted.number if lot.counted else 1
        self.fault.choices = choices_among(lot.faults)
        if lot.counted is None or lot.counted.number == 1:
            del self.number
        elif not self.number.raw_data:  # an address that says no number means one
            self.number.data, self.number.raw_data = 1, ["1"]

    def validate_number(self, field: WholeNumberField) -> None:
        """Of those that there are, and no more than go at once."""
        if field.data > self._there:
            told = ngettext("You have %(num)s of these.", "You have %(num)s of these.", self._there)
            raise ValidationError(told + " " + _("Write that many at most."))
        if field.data > MOST:
            raise ValidationError(_("You can ask for at most %(most)s at once.", most=MOST))


def choices_among(members: tuple[LabelledEnum, ...]) -> list[SelectChoice]:
    return [SelectChoice(member.value, label(member)) for member in members]
