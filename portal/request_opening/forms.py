"""What people fill in to open a request."""

from collections.abc import Mapping
from typing import Any, ClassVar

from wtforms import Field, FileField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from portal.agreements.targets import Severity
from portal.base.access import Permission
from portal.base.words import N_, Refused
from portal.products.forms import text_field
from portal.request_opening.finding import Device
from portal.request_opening.wording import severity_choices
from portal.service_requests.opening import MOST_DEVICES
from portal.service_requests.rules import LONGEST_SUBJECT, LONGEST_TEXT, About
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.fields import DayField, TimeOfDayField, WholeNumberField
from portal.web.forms import CreatingForm, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l
from portal.web.locale import lazy_number

OPENING = purpose("new_request", Permission.REQUESTS_CHANGE)
_FAULTY = Refused(N_("Correct the faults in the rows."), field="rows")
CONTACT = (
    *("contact_name", "contact", "contact_phone"),
    *("call_day", "call_from", "call_until", "own_reference"),
)
EACH, TOGETHER = "each", "together"


class PickedField(Field):  # type: ignore[misc]
    """As many devices as were picked, each by its reference."""

    widget = HiddenInput()
    takes_several = True
    data: list[str]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def process_formdata(self, values: list[Any]) -> None:
        self.data = list(dict.fromkeys(str(it)[:40] for it in values))


def _at_most(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=lazy_number(most)))


class HowBadFields(CreatingForm):
    """What it is about, and how bad it is: the words follow the agreement's targets."""

    in_order: ClassVar[tuple[str, ...]] = ()
    _fields: dict[str, Any]
    about = RadioField(
        _l("What is it about?"),
        [InputRequired(_l("Choose what it is about."))],
        default=About.DEVICE.value,
    )
    severity = RadioField(
        _l("How bad is it?"), [InputRequired(_l("Choose how bad it is."))], default=None
    )

    def __init__(self, *args: Any, targets: dict[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.targets = targets
        # As they stand on the page, so that its faults are told in that order; hidden ones first.
        order = {name: number for number, name in enumerate(self.in_order)}
        self._fields = dict(sorted(self._fields.items(), key=lambda it: order.get(it[0], -1)))
        self.about.choices = choices_of(About)
        self.severity.choices = severity_choices(targets)


class ContactFields(CreatingForm):
    contact_name = text_field(_l("Whom do we contact?"), 120)
    contact = HiddenField(validators=[Optional(), _at_most(40)])
    contact_phone = StringField(
        _l("Phone"),
        [_at_most(40)],
        default="",
        description=_l("Must be filled in when it is critical: we call you on it."),
    )
    call_day = DayField(
        _l("Call me on"), description=_l("Day, month and year. Left open, it is today.")
    )
    call_from = TimeOfDayField(_l("From"), description=_l("Such as 12.15"))
    call_until = TimeOfDayField(_l("Until"), description=_l("Such as 15.00"))
    own_reference = text_field(
        _l("Your own reference"), 80, description=_l("Your own case number, if you have one.")
    )

    def validate_contact_phone(self, field: Field) -> None:
        """Of what is critical we promise to call."""
        critical = self["severity"].data == Severity.CRITICAL.value
        if critical and not (field.data or "").strip():
            raise ValidationError(_("Write the phone number that we call you on."))


class OpeningForm(HowBadFields, ContactFields):
    """`devices` are those that were picked, once they were looked up."""

    in_order = (
        *("about", "picked", "manner", "device", "product", "model", "device_count", "site"),
        *("severity", "subject", "text", "files", *CONTACT),
    )
    devices: list[Device] | None = None
    device = text_field(
        _l("Which device?"),
        160,
        description=_l("Serial number, MAC address, model, asset tag or room. A part is enough."),
    )
    product = HiddenField(validators=[Optional(), _at_most(40)])
    picked = PickedField()
    manner = RadioField(_l("One request or several?"), default=EACH)
    model = text_field(_l("Model"), 80)
    device_count = WholeNumberField(
        _l("Number of devices"),
        [
            Optional(),
            NumberRange(
                1,
                MOST_DEVICES,
                _l("Write a number from 1 to %(most)s.", most=lazy_number(MOST_DEVICES)),
            ),
        ],
    )
    site = text_field(_l("Site"), 80)
    subject = StringField(
        _l("Subject"),
        [InputRequired(_l("Say in a few words what it is about.")), _at_most(LONGEST_SUBJECT)],
        default="",
    )
    text = TextAreaField(
        _l("Description"),
        [InputRequired(_l("Describe what happened.")), _at_most(LONGEST_TEXT)],
        default="",
        description=_l(
            "What happened, since when, and what have you tried? Do not write passwords here."
        ),
    )
    files = FilesField(
        _l("Attachments"),
        for_what=OPENING,
        description=_l("Remove passwords and personal details from logs first."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.manner.choices = [
            SelectChoice(EACH, _l("One request for each device")),
            SelectChoice(TOGETHER, _l("One request about all of them")),
        ]
        if self.manner.data not in {EACH, TOGETHER}:
            self.manner.data = EACH

    def says_the_same(self, draft: Mapping[str, Any]) -> bool:
        """Whether this was typed on from that draft, or that from this."""
        alike = (
            (str(draft.get(name, "")).strip(), (self[name].data or "").strip())
            for name in ("subject", "text")
        )
        return any(one and other and one[:40] == other[:40] for one, other in alike)

    def kept(self) -> dict[str, Any]:
        """What was typed, as a draft keeps it."""
        typed = {it.name: it.data if isinstance(it.data, list) else _typed(it) for it in self}
        return {name: value for name, value in typed.items() if value and name != "csrf_token"}


class SeveralForm(HowBadFields, ContactFields):
    """Rows that are sent as a file or pasted. `wrong` is why they could not be read."""

    in_order = ("file", "rows", "about", "severity", *CONTACT)
    wrong: Refused | None = None
    faulty = False
    file = FileField(
        _l("File with the requests"),
        description=_l("CSV or Excel (.xlsx), a row for each request, at most 50."),
    )
    rows = TextAreaField(
        _l("Or paste the rows here"),
        default="",
        description=_l("Device, subject and description, as they are copied from a spreadsheet."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        found = super().validate(extra_validators)
        wrong = self.wrong or (_FAULTY if self.faulty else None)
        if wrong:
            self.refuse(wrong)
        return found and wrong is None


def _typed(field: Any) -> str:
    raw = field.raw_data[0] if field.raw_data else field.data
    return raw if isinstance(raw, str) else str(raw or "")
