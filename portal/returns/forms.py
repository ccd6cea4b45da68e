"""What customers fill in about a device that is sent back."""

from typing import Any

from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.replacements.models import Replacement
from portal.returns.labels import Size
from portal.returns.rules import MOST_LABELS
from portal.web.forms import CreatingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l


class LabelsForm(Form):
    """Which labels, in the address: nothing personal is in it."""

    class Meta(Form.Meta):
        csrf = False

    of = SelectMultipleField(
        _l("Labels"),
        [
            InputRequired(_l("Choose at least one.")),
            Length(max=MOST_LABELS, message=_l("Choose at most %(most)s.", most=MOST_LABELS)),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    size = RadioField(_l("Printed on"), default=Size.A4.value)

    def __init__(self, them: list[Replacement], **options: Any) -> None:
        super().__init__(**options)
        self.of.choices = [
            SelectChoice(it.reference, f"{it.reference} {_device(it)}") for it in them
        ]
        self.size.choices = choices_of(Size)

    def validate_of(self, field: SelectMultipleField) -> None:
        if set(field.data or ()) - {choice.value for choice in field.choices}:
            raise ValidationError(_("There is no label for one of them any more."))


class MailForm(CreatingForm):
    """A button."""


def _device(it: Replacement) -> str:
    return f"{it.model.name} {it.product.identifier if it.product else ''}".strip()
