"""What staff fill in about devices that are sent back or destroyed, and the money."""

from typing import Any

from wtforms import HiddenField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.replacements.rules import SettledAs
from portal.web.fields import DayField
from portal.web.formats import text_date
from portal.web.forms import Form
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l

_LONGEST = Length(max=200, message=_l("Use at most %(most)s characters.", most=200))
_READS = _l("The customer can read it.")


class GrantForm(Form):
    until = DayField(
        _l("Until which day?"),
        [InputRequired(_l("Enter the day."))],
        description=_l("As the customer asked, or another day."),
    )


class RefuseForm(Form):
    because = StringField(_l("Why not?"), [_LONGEST], description=_READS)


class AcceptForm(Form):
    """A button."""

    accept = HiddenField()


class OtherForm(Form):
    serial_number = StringField(
        _l("Serial number of the device that comes back instead"), [_LONGEST]
    )


class ProposeForm(Form):
    reason = StringField(
        _l("Why should it be waived?"),
        [_LONGEST],
        description=_l("Only staff see this. Somebody else has to confirm it."),
    )


class NotWaivedForm(Form):
    why_not = StringField(_l("Why is it refused?"), [_LONGEST])


class SettleForm(Form):
    how = RadioField(_l("How is it settled?"), [InputRequired(_l("Choose how it is settled."))])
    reference = StringField(
        _l("Number of the invoice or the credit note"),
        [_LONGEST],
        description=_l("Somebody else has to confirm it."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ways = (SettledAs.PAID, SettledAs.CREDITED)
        self.how.choices = [SelectChoice(each.value, label(each)) for each in ways]


class PeriodForm(Form):
    """Which charges are taken to the accounts, in the address."""

    class Meta(Form.Meta):
        csrf = False

    since = DayField(_l("Charged from and including"))
    until = DayField(_l("Charged until and including"))

    def validate_until(self, field: DayField) -> None:
        if field.data and self.since.data and field.data < self.since.data:
            first = text_date(self.since.data)
            raise ValidationError(_("Choose a day that is not before %(day)s.", day=first))
