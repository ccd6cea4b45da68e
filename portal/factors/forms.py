"""What people fill in to set up a second factor."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l


class ConfirmForm(Form):
    setup_token = HiddenField()  # the secret that is being set up, sealed
    code = StringField(
        _l("Code from the app"),
        [InputRequired(_l("Enter the code from the app.")), Length(max=40)],
    )


class PasskeyForm(Form):
    name = StringField(
        _l("Name of the passkey"),
        [
            InputRequired(_l("Give the passkey a name.")),
            Length(max=60, message=_l("Use at most 60 characters.")),
        ],
        description=_l("So that you can tell it from others: where it is kept, such as “Phone”."),
    )


class NewPasskeyForm(PasskeyForm):
    credential = TextAreaField()  # filled in by the script
