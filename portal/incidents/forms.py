"""What escalation managers fill in about incidents."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.accounts.models import Account
from portal.base.bilingual import Bilingual
from portal.base.references import write_master_account_id
from portal.base.wall_time import moment_there
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.naming import models_named
from portal.incidents.facts import IncidentFacts, Told
from portal.incidents.finding import accounts_named
from portal.incidents.rules import Audience, Impact, Service, State
from portal.web.fields import DayField, TimeOfDayField
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l
from portal.web.locale import time_zone

# How long until people hear of it next, in minutes.
NEXT = {
    30: N_("Within half an hour"),
    60: N_("Within an hour"),
    120: N_("Within 2 hours"),
    240: N_("Within 4 hours"),
    1440: N_("Within a day"),
    0: N_("When there is something new"),
}
_YEARS = range(2000, 2100)
_CHOOSE_STATE = _l("Choose how far the work has come.")


class _IncidentFields(Form):
    title_nb = StringField(_l("Title in Norwegian"))
    title_en = StringField(_l("Title in English"))
    impact = RadioField(_l("Impact"), [InputRequired(_l("Choose the impact."))])
    services = SelectMultipleField(
        _l("What is affected"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    models = TextAreaField(
        _l("Or these models"), description=_l("One on each line, by name or part number.")
    )
    audience = RadioField(_l("Who can read of it"), [InputRequired(_l("Choose who can read it."))])
    accounts = TextAreaField(
        _l("Chosen customers"),
        description=_l("One on each line, by master account ID or whole name."),
    )
    started_on = DayField(_l("The day it began"), [InputRequired(_l("Enter the day."))])
    started_time = TimeOfDayField(_l("The time it began"), [InputRequired(_l("Enter the time."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.impact.choices = choices_of(Impact)
        self.services.choices = choices_of(Service)
        self.audience.choices = choices_of(Audience)

    def facts(self, session: Session, catalogue: Catalogue) -> IncidentFacts:
        return IncidentFacts(
            title_nb=self.title_nb.data or "",
            title_en=self.title_en.data or "",
            impact=Impact(self.impact.data),
            audience=Audience(self.audience.data),
            services=tuple(it for it in Service if it.value in (self.services.data or ())),
            models=models_named(self.models.data or "", catalogue),
            accounts=accounts_named(session, self.accounts.data or ""),
            started_at=_moment("started_on", self.started_on.data, self.started_time.data),
        )


class _UpdateFields(Form):
    state = RadioField(_l("How far the work has come"), [InputRequired(_CHOOSE_STATE)])
    text_nb = TextAreaField(_l("Update in Norwegian"))
    text_en = TextAreaField(_l("Update in English"))
    next_due = SelectField(_l("Next update"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = choices_of(State)
        self.next_due.choices = [SelectChoice(it, _(words)) for it, words in NEXT.items()]

    def told(self, now: datetime) -> Told:
        minutes = self.next_due.data
        return Told(
            state=State(self.state.data),
            text=Bilingual(self.text_nb.data or "", self.text_en.data or ""),
            next_due_at=now + timedelta(minutes=minutes) if minutes else None,
        )


class BeginIncidentForm(CreatingForm, _IncidentFields, _UpdateFields):
    pass


class WriteUpdateForm(CreatingForm, EditingForm, _UpdateFields):
    pass


class ChangeIncidentForm(EditingForm, _IncidentFields):
    ended_on = DayField(_l("The day it ended"))
    ended_time = TimeOfDayField(_l("The time it ended"))

    @classmethod
    def for_one(cls, *, over: bool, **options: Any) -> "ChangeIncidentForm":
        """When it ended can be told of one that is over; another ends with an update."""
        form = cls(**options)
        if not over:
            del form.ended_on, form.ended_time
        return form

    def facts(self, session: Session, catalogue: Catalogue) -> IncidentFacts:
        facts = super().facts(session, catalogue)
        if "ended_on" not in self or self.ended_on.data is None:
            return facts
        ended_at = _moment("ended_on", self.ended_on.data, self.ended_time.data or 0)
        return replace(facts, ended_at=ended_at)


def told_in_fields(facts: IncidentFacts, session: Session, catalogue: Catalogue) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    numbers = select(Account.digits).where(Account.id.in_(facts.accounts)).order_by(Account.id)
    found = session.scalars(numbers) if facts.accounts else ()
    told = {
        "title_nb": facts.title_nb,
        "title_en": facts.title_en,
        "impact": facts.impact.value,
        "audience": facts.audience.value,
        "services": [each.value for each in facts.services],
        "models": "\n".join(sorted(catalogue[each].name for each in facts.models)),
        "accounts": "\n".join(map(write_master_account_id, found)),
    }
    told |= when_in_fields("started", facts.started_at)
    return told | (when_in_fields("ended", facts.ended_at) if facts.ended_at else {})


def when_in_fields(name: str, moment: datetime) -> dict[str, Any]:
    here = moment.astimezone(time_zone())
    return {f"{name}_on": here.date(), f"{name}_time": here.hour * 60 + here.minute}


def _moment(field: str, day: date, minutes: int) -> datetime:
    if day.year not in _YEARS:
        raise Refused(N_("Enter a day of this time."), field=field)
    return moment_there(day, minutes, time_zone(), field=field, agreed=False)
