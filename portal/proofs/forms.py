"""What people fill in to prove who they are, beside the password they sign in with."""

from typing import Any

from wtforms import PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from portal.web.forms import Form
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l


class ProveAgainForm(Form):
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])


class CodeForm(Form):
    """One of the two is filled in."""

    code = StringField(_l("Code"), [Length(max=40, message=_l("The code has six digits."))])
    recovery_code = StringField(
        _l("Recovery code"),
        [Length(max=60, message=_l("A recovery code has sixteen characters."))],
        description=_l("Each of your recovery codes can be used once."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if not (self.code.data or self.recovery_code.data):
            field = self.recovery_code if "recovery_code" in self.data_sent() else self.code
            field.errors = [_("Enter the code.")]
            return False
        return True

    def data_sent(self) -> set[str]:
        return {name for name, field in self._fields.items() if field.raw_data}


class PasskeyForm(Form):
    credential = TextAreaField()  # filled in by the script
