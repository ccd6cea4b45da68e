"""What staff state about a customer."""

from wtforms import StringField
from wtforms.validators import InputRequired

from portal.partners.forms import short
from portal.web.forms import CreatingForm, EditingForm, InvitingForm
from portal.web.locale import lazy_gettext as _l
from portal.web.reasons import ReasonedForm

_named = [InputRequired(_l("Enter the name of the customer.")), short(120)]
_example = _l("Nine digits, such as 974 760 673.")


class CreateCustomerForm(CreatingForm):
    name = StringField(_l("Name"), _named)
    organization = StringField(_l("Organization number"), [short(40)], description=_example)


class ChangeCustomerForm(EditingForm, ReasonedForm):
    name = StringField(_l("Name"), _named)
    organization = StringField(_l("Organization number"), [short(40)], description=_example)


class InviteFirstForm(InvitingForm, ReasonedForm):
    name = StringField(_l("Name"), [InputRequired(_l("Enter the name.")), short(120)])
    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Enter the e-mail address.")), short(254)]
    )
