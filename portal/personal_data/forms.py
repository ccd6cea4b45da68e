"""What confirms that somebody wants their user deleted."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l


class DeleteMeForm(Form):
    name = StringField(
        _l("Your name"),
        [
            InputRequired(_l("Write your name to confirm.")),
            Length(max=200, message=_l("Use at most %(most)s characters.", most=200)),
        ],
    )
