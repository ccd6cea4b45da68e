"""What staff state about a partner."""

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.partners.forms import short
from portal.web.forms import CreatingForm, EditingForm, Form, InvitingForm
from portal.web.locale import lazy_gettext as _l

_named = [InputRequired(_l("Enter the name of the partner.")), short(120)]


class CreatePartnerForm(CreatingForm):
    name = StringField(_l("Name"), _named)


class RenamePartnerForm(EditingForm):
    name = StringField(_l("Name"), _named)


class InviteAdministratorForm(InvitingForm):
    name = StringField(_l("Name"), [InputRequired(_l("Enter the name.")), short(120)])
    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Enter the e-mail address.")), short(254)]
    )


class ClosePartnerForm(Form):
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_l("Write why. The customers can read it.")), short(200)],
        description=_l("It is on the record of each customer that gave the partner access."),
    )
