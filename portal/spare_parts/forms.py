"""What logistics states about a spare part."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from portal.spare_parts.models import SparePart
from portal.web.forms import CreatingForm, EditingForm, Form
from portal.web.locale import lazy_gettext as _l


def _most(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


class _Stated(Form):
    number = StringField(_l("Part number"), [_most(60)])
    name_nb = StringField(_l("Name in Norwegian"), [_most(80)])
    name_en = StringField(_l("Name in English"), [_most(80)])
    models = TextAreaField(
        _l("Models that it fits"), [_most(2000)], description=_l("One on each line.")
    )


class PartForm(CreatingForm, _Stated):
    """A part that there was not before."""


class ChangePartForm(EditingForm, _Stated):
    """What is stated of one that there is."""

    @classmethod
    def of(cls, part: SparePart, models: list[str]) -> "ChangePartForm":
        told = {name: getattr(part, name) for name in ("number", "name_nb", "name_en", "version")}
        return cls(formdata=None, data=told | {"models": "\n".join(models)})
