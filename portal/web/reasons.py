"""Why staff do something to a customer: said in the form, and kept on the customer's record."""

from dataclasses import dataclass

from wtforms import StringField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.base.typed import holds_unseen
from portal.web.forms import Form
from portal.web.guard import viewer
from portal.web.locale import lazy_gettext as _l

_WHY = _l("Say why, so that the customer understands it.")
_ONE_LINE = _l("Write the reason on one line, and with nothing in it that cannot be seen.")


def seen(_form: Form, field: StringField) -> None:
    if holds_unseen(field.data or ""):
        raise ValidationError(_ONE_LINE)


class ReasonedForm(Form):
    """A form about one customer, whichever is at hand: it asks why by itself."""

    reason = StringField(
        _l("Reason"),
        [
            InputRequired(_WHY),
            Length(min=5, message=_WHY),
            Length(max=200, message=_l("Use at most %(most)s characters.", most=200)),
            seen,
        ],
        description=_l("The customer can read it in their activity log."),
        filters=[lambda text: " ".join((text or "").replace("\0", "").split())],
    )


@dataclass(frozen=True, slots=True)
class Staff:
    """Someone of the vendor's who does something for a customer."""

    id: int
    place: str
    reason: str
    on_behalf: bool = True


def because(reason: str) -> Staff:
    """Whoever asks, with the reason they gave just now."""
    return Staff(viewer().id, getattr(viewer(), "place", ""), reason)
