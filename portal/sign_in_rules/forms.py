"""What an account decides about how its people sign in."""

from wtforms import BooleanField

from portal.web.forms import Form
from portal.web.locale import lazy_gettext as _l


class SecondFactorForm(Form):
    second_factor_required = BooleanField(
        _l("Everyone in the organization must use two-step verification"),
        description=_l(
            "Whoever has not set it up is asked to at once, and can do nothing else until then."
        ),
    )
