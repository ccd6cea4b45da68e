"""What people fill in to get a new password."""

from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from portal.accounts.rules import LONGEST_ADDRESS
from portal.passwords.rules import SHORTEST
from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l


class AskForResetForm(Form):
    email = StringField(
        _l("E-mail address"),
        [
            InputRequired(_l("Enter your e-mail address.")),
            Length(max=LONGEST_ADDRESS, message=_l("This is too long for an e-mail address.")),
        ],
    )


class ChoosePasswordForm(Form):
    password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Enter a new password."))],
        description=_l(
            "At least %(least)s characters. Any characters will do, blanks too.", least=SHORTEST
        ),
    )
