"""What customers fill in about a device that is sent back."""

from typing import Any

from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.base.access import Permission
from portal.replacements.models import Replacement
from portal.returns.certifying import Certified
from portal.returns.labels import Size
from portal.returns.rules import MOST_LABELS, Method
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.fields import DayField
from portal.web.forms import CreatingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

CERTIFICATES = purpose(
    "destruction_certificate",
    Permission.REPLACEMENTS_CHANGE,
    endings=frozenset({"pdf", "jpg", "jpeg", "png", "docx"}),
    most_bytes=50_000_000,
    most_files=1,
)
_DAY = _l("Such as 31.12.2027")


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
        if not field.errors and set(field.data or ()) - {choice.value for choice in field.choices}:
            raise ValidationError(_("There is no label for one of them any more."))


class MailForm(CreatingForm):
    """A button."""


def _device(it: Replacement) -> str:
    return f"{it.model.name} {it.comes_back}".strip()


_LONGEST = Length(max=200, message=_l("Use at most %(most)s characters.", most=200))


class ExtensionForm(Form):
    until = DayField(
        _l("Until which day?"), [InputRequired(_l("Enter the day."))], description=_DAY
    )
    reason = StringField(_l("Why do you need more time?"), [_LONGEST])


class CorrectionForm(Form):
    serial_number = StringField(
        _l("Serial number of the device that you send back"),
        [_LONGEST],
        description=_l("It stands on the label under the device."),
    )

    def __init__(self, *, destroys: bool, **options: Any) -> None:
        super().__init__(**options)
        if destroys:
            self.serial_number.label.text = _("Serial number of the device that was destroyed")


class CertificateForm(Form):
    files = FilesField(
        _l("The signed certificate"),
        for_what=CERTIFICATES,
        description=_l("One file only."),
    )
    method = RadioField(_l("How was it destroyed?"), [InputRequired(_l("Choose how."))])
    destroyed_on = DayField(
        _l("Destroyed on"), [InputRequired(_l("Enter the day."))], description=_DAY
    )
    signed_by = StringField(
        _l("Signed by"), [_LONGEST], description=_l("The name of the person, and of their company.")
    )
    serial_number = StringField(_l("Serial number on the certificate"), [_LONGEST])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.method.choices = choices_of(Method)

    def validate_files(self, field: FilesField) -> None:
        """Said together with what else is missing. What was refused has its reason already."""
        if not field.data and not field.errors:
            raise ValidationError(_("Choose the file with the signed certificate."))

    def certified(self) -> Certified:
        return Certified(
            method=Method(self.method.data),
            destroyed_on=self.destroyed_on.data,
            signed_by=self.signed_by.data or "",
            serial_number=self.serial_number.data or "",
        )
