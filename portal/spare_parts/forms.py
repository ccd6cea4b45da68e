"""What logistics states about a spare part."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from portal.web.forms import CreatingForm
from portal.web.locale import lazy_gettext as _l


def _most(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


class PartForm(CreatingForm):
    number = StringField(_l("Part number"), [_most(60)])
    name_nb = StringField(_l("Name in Norwegian"), [_most(80)])
    name_en = StringField(_l("Name in English"), [_most(80)])
    models = TextAreaField(
        _l("Models that it fits"), [_most(2000)], description=_l("One on each line.")
    )
