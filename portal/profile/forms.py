"""What people fill in about themselves."""

from typing import Any

from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.accounts.rules import LONGEST_ADDRESS
from portal.base.typed import LONGEST_NAME
from portal.profile.rules import HOME, LONGEST_PHONE, ZONES
from portal.profile.zones import zone_choices
from portal.web.forms import EditingForm, Form
from portal.web.layout import THEMES
from portal.web.locale import LANGUAGES
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

_TOO_LONG = _l("This is too long for an e-mail address.")
_OLD = InputRequired(_l("Enter the password you have now."))


class ProfileForm(EditingForm):
    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Enter your name.")),
            Length(max=LONGEST_NAME, message=_l("Use at most %(most)s characters.", most=120)),
        ],
        description=_l("As colleagues and we see it."),
    )
    phone = StringField(
        _l("Phone"),
        [Length(max=LONGEST_PHONE, message=_l("Use at most %(most)s characters.", most=40))],
        description=_l("So that we can call you about a case."),
    )
    language = RadioField(_l("Language"))
    time_zone = SelectField(
        _l("Time zone"), description=_l("Dates and times on all pages are shown in it.")
    )
    theme = RadioField(_l("Colors"))
    shortcuts = BooleanField(
        _l("Keyboard shortcuts"),
        description=_l("Single keys: / goes to the search field, ? shows the keys."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
        self.time_zone.choices = [SelectChoice(zone, told) for zone, told in zone_choices()]
        words = {"auto": _("Follow the system"), "light": _("Light"), "dark": _("Dark")}
        self.theme.choices = [SelectChoice(code, words[code]) for code in THEMES]

    def stated(self) -> dict[str, Any]:
        """What was filled in beside name and phone, which have rules of their own."""
        zone = self.time_zone.data
        return {
            "language": self.language.data,
            "time_zone": None if zone == HOME or zone not in ZONES else zone,
            "theme": self.theme.data,
            "shortcuts": bool(self.shortcuts.data),
        }


class PasswordForm(Form):
    old = PasswordField(_l("The password you have now"), [_OLD])
    password = PasswordField(_l("New password"), [InputRequired(_l("Enter a new password."))])


class EmailForm(Form):
    email = StringField(
        _l("New e-mail address"),
        [
            InputRequired(_l("Enter the new e-mail address.")),
            Length(max=LONGEST_ADDRESS, message=_TOO_LONG),
        ],
    )
