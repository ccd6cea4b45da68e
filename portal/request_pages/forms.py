"""What the customer fills in on the page of a request."""

from wtforms import (
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from portal.agreements.targets import Severity
from portal.base.access import Permission
from portal.products.forms import text_field
from portal.request_pages.rules import Score, Why
from portal.service_requests.models import ServiceRequest
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l
from portal.web.paging import LARGEST

REPLY = purpose("reply", Permission.REQUESTS_CHANGE)
YES, NO = "yes", "no"


class ReplyForm(CreatingForm):
    text = TextAreaField(_l("Your answer"), default="")
    files = FilesField(
        _l("Add files, or drop them here"),
        for_what=REPLY,
        description=_l("Remove passwords and personal details from logs first."),
    )


class ReopeningForm(CreatingForm):
    text = TextAreaField(_l("What is still wrong?"), default="")


class ClosureForm(EditingForm):
    solved = RadioField(_l("Was it solved?"), [InputRequired(_l("Choose yes or no."))])
    text = TextAreaField(_l("Anything we should know?"), default="")
    heard = IntegerField(
        widget=HiddenInput(), validators=[Optional(), NumberRange(0, LARGEST)]
    )  # answers of others that were seen

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.solved.choices = [SelectChoice(YES, _l("Yes")), SelectChoice(NO, _l("No"))]


class EscalationForm(CreatingForm):
    why = RadioField(_l("Why can it not wait?"), [InputRequired(_l("Choose why."))])
    text = TextAreaField(
        _l("Tell us more"),
        default="",
        description=_l("Such as how many people are hit, and what it costs you."),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.why.choices = choices_of(Why)


class RatingForm(Form):
    score = RadioField(
        _l("How satisfied are you with the help?"),
        [InputRequired(_l("Choose how satisfied you are."))],
    )
    comment = TextAreaField(_l("What was good, or could be better?"), default="")

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.score.choices = choices_of(Score)


class SeverityForm(EditingForm):
    """The number is asked for while none is known (`phone` is left out otherwise)."""

    severity = SelectField(_l("Severity"), [InputRequired(_l("Choose the severity."))])
    phone = StringField(
        _l("Phone"),
        [Length(max=40, message=_l("Use at most %(most)s characters.", most=40))],
        default="",
        description=_l("Must be filled in when it is critical: we call you on it."),
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.severity.choices = choices_of(Severity)

    def validate_phone(self, field: Field) -> None:
        """Of what is critical we promise to call."""
        if self.severity.data == Severity.CRITICAL and not (field.data or "").strip():
            raise ValidationError(_("Write the phone number that we call you on."))


def severity_form(request: ServiceRequest, **options: object) -> SeverityForm:
    form = SeverityForm(**options)
    if request.contact_phone:
        del form.phone
    return form


class FollowerForm(Form):
    follower = text_field(
        _l("Name or e-mail of a colleague"),
        200,
        description=_l("Whoever follows sees the request, and hears what happens."),
    )
