"""What logistics states about a carrier."""

from wtforms import StringField
from wtforms.validators import Length

from portal.web.forms import CreatingForm
from portal.web.locale import lazy_gettext as _l


def _most(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


class CarrierForm(CreatingForm):
    name = StringField(_l("Name"), [_most(40)])
    link = StringField(
        _l("Where parcels are followed"),
        [_most(300)],
        description=_l("An address with {number} where the tracking number belongs."),
    )
