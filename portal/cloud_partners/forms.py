"""What customers give for a cloud partner case, and what staff fill in of each step."""

from datetime import datetime
from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.base.access import Permission
from portal.cloud_partners.recording import Said
from portal.cloud_partners.rules import CloudPartner, Stage, State, moment
from portal.profile.zones import zone_choices
from portal.uploads.forms import FilesField
from portal.uploads.rules import purpose
from portal.web.fields import DayField, TimeOfDayField, WholeNumberField
from portal.web.forms import CreatingForm, EditingForm, choices_of
from portal.web.locale import label, time_zone, zone_called
from portal.web.locale import lazy_gettext as _l

AUTHORIZATIONS = purpose(
    "cloud_partner_authorization",
    Permission.REQUESTS_CHANGE,
    endings=frozenset({"pdf", "jpg", "jpeg", "png", "docx"}),
    most_bytes=50_000_000,
    most_files=1,
)
_DAY = _l("Such as 31.12.2027")


class AgreementForm(EditingForm):
    number = StringField(_l("Number or name of the agreement"))
    valid_until = DayField(
        _l("Valid until"), [InputRequired(_l("Enter the last day."))], description=_DAY
    )


class AuthorizationForm(EditingForm):
    files = FilesField(_l("The signed authorization"), for_what=AUTHORIZATIONS)
    dated = DayField(
        _l("Signed on"), [InputRequired(_l("Enter the day it was signed."))], description=_DAY
    )
    authorized_until = DayField(
        _l("Valid until"), description=_l("Leave it empty if it has no end.")
    )


class BeginForm(CreatingForm):
    partner = SelectField(_l("Cloud partner"))
    partner_name = StringField(_l("Name of the partner, if it is another"))
    authorization = BooleanField(
        _l("Ask the customer for a signed authorization"),
        description=_l("Needed where the partner talks to nobody without one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner.choices = choices_of(CloudPartner)


class StepForm(EditingForm):
    """How a step stands, in words, and when the customer hears of it next."""

    state = SelectField(_l("Status from now on"))
    text = TextAreaField(
        _l("What the customer reads"), description=_l("It stands in the request for all to see.")
    )
    next_day = DayField(_l("Next update, day"), description=_DAY)
    next_time = TimeOfDayField(_l("Next update, time"), description=_l("Such as 12.15"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [SelectChoice(it.value, label(it)) for it in State]

    @property
    def said(self) -> Said:
        at = moment(self.next_day.data, self.next_time.data, time_zone(), field="next_day")
        return Said(self.text.data or "", at)


class AgreementStepForm(StepForm):
    number = StringField(_l("Number or name of the agreement"))
    valid_until = DayField(_l("Valid until"), description=_DAY)


class IncidentForm(StepForm):
    number = StringField(_l("The partner's incident number"))
    opened_day = DayField(_l("Opened, day"), description=_DAY)
    opened_time = TimeOfDayField(_l("Opened, time"), description=_l("Such as 12.15"))

    @property
    def opened_at(self) -> datetime | None:
        day, minutes = self.opened_day.data, self.opened_time.data
        return moment(day, minutes, time_zone(), field="opened_day", agreed=False)


class CallForm(StepForm):
    call_day = DayField(_l("Day of the call"), description=_DAY)
    call_time = TimeOfDayField(_l("It begins"), description=_l("Such as 12.15"))
    minutes = WholeNumberField(_l("Minutes"), default=30)
    zone = SelectField(_l("Time zone that the time is given in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone.choices = [SelectChoice(zone, told) for zone, told in zone_choices()]

    @property
    def begins_at(self) -> datetime | None:
        day, minutes = self.call_day.data, self.call_time.data
        return moment(day, minutes, zone_called(self.zone.data), field="call_day")


FORMS: dict[Stage, type[StepForm]] = {
    **dict.fromkeys(Stage, StepForm),
    Stage.AGREEMENT: AgreementStepForm,
    Stage.INCIDENT: IncidentForm,
    Stage.CALL: CallForm,
}
