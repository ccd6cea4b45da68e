"""What staff write in a request, and what they fill in about it."""

from collections.abc import Iterable
from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from portal.agreements.targets import Severity
from portal.base.access import Permission
from portal.base.references import reference
from portal.base.words import Refused
from portal.products.forms import text_field
from portal.request_desk.holding_back import Unread
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import Status, Who, goes_on_to
from portal.service_requests.wording import status_here, waits_for
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.fields import WholeNumberField
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l
from portal.web.paging import LARGEST

# What was sent for a note can not be taken along in an answer.
ANSWERS = purpose("desk_answer", Permission.REQUESTS_WORK)
NOTES = purpose("desk_note", Permission.REQUESTS_WORK)


class AnswerForm(CreatingForm, EditingForm):
    """What the customer gets, and how the request stands with it."""

    text = TextAreaField(_l("Answer to the customer"))
    status = SelectField(_l("Status from now on"))
    waiting_for = StringField(
        _l("What you wait for"),
        description=_l(
            "The customer reads it first: “Waiting for you: …”. For example: send the log."
        ),
    )
    files = FilesField(_l("Files for the customer"), for_what=ANSWERS)
    heard = IntegerField(
        widget=HiddenInput(), validators=[Optional(), NumberRange(0, LARGEST)]
    )  # messages of others that were on the page
    unread = 0  # those that came meanwhile, for which it is held back

    def refuse(self, refusal: Refused) -> None:
        """What is held back has nothing wrong with it: the next press sends it."""
        if not isinstance(refusal, Unread):
            super().refuse(refusal)
            return
        self.unread, self.overtaken = refusal.number, refusal.version != self.version.data
        for field, value in ((self.heard, refusal.heard), (self.version, refusal.version)):
            field.data, field.raw_data = value, None

    def offer(self, request: ServiceRequest) -> None:
        """The statuses that it may go on to. Where it stays is what follows from an answer."""
        moves = goes_on_to(request.status, Who.STAFF)
        stays = Status.IN_PROGRESS if request.status is Status.NEW else request.status
        key = ""
        if stays is Status.WAITING_FOR_CUSTOMER:  # what it waits for can be said anew
            key = stays.value
            if not self.status.data:
                self.waiting_for.data = self.waiting_for.data or waits_for(request)
                self.status.data = key
        self.status.choices = [
            SelectChoice(key, status_here(stays)),
            *(SelectChoice(it.value, status_here(it)) for it in moves if it is not stays),
        ]
        self.files.for_account(request.account.master_account_id)

    @property
    def goes_to(self) -> Status | None:
        return Status(self.status.data) if self.status.data else None


class NoteForm(CreatingForm):
    """What stays among staff, whatever the request does."""

    note = TextAreaField(_l("Internal note"))
    note_files = FilesField(_l("Files for staff"), for_what=NOTES)

    def offer(self, request: ServiceRequest) -> None:
        self.note_files.for_account(request.account.master_account_id)


class TakingForm(Form):
    """Says nothing beside who sends it."""


class OwnerForm(EditingForm):
    owner = SelectField(_l("Handled by"))

    def offer(self, people: Iterable[Any]) -> None:
        nobody = SelectChoice("", _("Nobody: back in the queue"))
        self.owner.choices = [nobody, *(SelectChoice(str(it.id), it.name) for it in people)]


class FollowerForm(Form):
    follower = text_field(
        _l("Name or e-mail"),
        200,
        description=_l(
            "One of the customer's people, or a colleague. Whoever follows hears what happens."
        ),
    )


class SeverityForm(EditingForm):
    severity = SelectField(_l("Severity"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.severity.choices = choices_of(Severity)


class StatusForm(EditingForm):
    """Without a word to anybody; with one, it is the answer that moves it."""

    status = SelectField(_l("Status from now on"))
    waiting_for = StringField(_l("What you wait for"))

    def offer(self, request: ServiceRequest) -> None:
        told = set(goes_on_to(request.status, Who.STAFF))
        if request.status is Status.WAITING_FOR_CUSTOMER:  # what it waits for can be said anew
            told.add(request.status)
        self.status.choices = [
            SelectChoice(it.value, status_here(it)) for it in Status if it in told
        ]


class WorkaroundForm(EditingForm):
    text = TextAreaField(
        _l("What the customer reads"),
        description=_l(
            "What they can do meanwhile. It stands in the request as an answer of yours."
        ),
    )


class EscalateForm(CreatingForm):
    reason = TextAreaField(_l("Why it cannot wait"))
    internal = RadioField(
        _l("Who sees that it is escalated, and why"),
        [InputRequired(_l("Choose who sees it."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.internal.choices = [
            SelectChoice("0", _("The customer too")),
            SelectChoice("1", _("Staff alone")),
        ]


class ReopenForm(CreatingForm):
    text = TextAreaField(_l("What the customer reads"))


class TimeForm(CreatingForm):
    minutes = WholeNumberField(_l("Minutes"), [InputRequired(_l("Enter how many minutes it was."))])
    time_note = StringField(_l("On what"))


class IssueForm(EditingForm):
    """Which known issue explains it; left empty, none does."""

    number = StringField(_l("Known issue"), description=_l("Its number, or words of its title."))


class IncidentForm(EditingForm):
    """Which incident explains it; left empty, none does."""

    number = StringField(_l("Incident"), description=_l("Its number, or words of its title."))


def number(prefix: str, record_id: int | None) -> str:
    return reference(prefix, record_id) if record_id else ""
