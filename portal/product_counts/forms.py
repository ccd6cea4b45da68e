"""What people fill in about devices registered by count."""

from wtforms import StringField
from wtforms.validators import InputRequired, NumberRange

from portal.product_counts.actions import MOST
from portal.products.forms import text_field
from portal.web.fields import WholeNumberField
from portal.web.forms import CreatingForm, EditingForm
from portal.web.locale import lazy_gettext as _l
from portal.web.locale import lazy_number


class RegisterCountForm(CreatingForm):
    model = StringField(_l("Model"), [InputRequired(_l("Choose the model."))])
    site = text_field(_l("Site"), 80)
    number = WholeNumberField(
        _l("Number of devices"),
        [
            InputRequired(_l("Write how many there are.")),
            NumberRange(1, MOST, _l("Write a number from 1 to %(most)s.", most=lazy_number(MOST))),
        ],
    )


class ChangeCountForm(EditingForm):
    number = WholeNumberField(
        _l("Number of devices"),
        [
            InputRequired(_l("Write how many there are.")),
            NumberRange(0, MOST, _l("Write a number from 0 to %(most)s.", most=lazy_number(MOST))),
        ],
        description=_l("Write 0 to take the line away."),
    )
