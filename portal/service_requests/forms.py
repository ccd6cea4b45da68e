"""What people fill in about requests."""

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l


class SaveViewForm(Form):
    name = StringField(
        _l("Name of the search"),
        [
            InputRequired(_l("Give the search a name.")),
            Length(max=80, message=_l("Use at most %(most)s characters.", most=80)),
        ],
        default="",
    )
