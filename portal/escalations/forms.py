"""What managers fill in about escalations. Several stand on one page, each with its version."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.accounts.models import User
from portal.base.words import N_
from portal.service_requests.rules import Remedy
from portal.web.forms import EditingForm, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

# How long until the customer hears of it next, in minutes.
NEXT = {
    30: N_("Within half an hour"),
    60: N_("Within an hour"),
    120: N_("Within 2 hours"),
    240: N_("Within 4 hours"),
    480: N_("Within 8 hours"),
    1440: N_("Within a day"),
    2880: N_("Within 2 days"),
}


class TakeForm(EditingForm):
    pass


class PromiseForm(EditingForm):
    next_due = SelectField(_l("The customer hears from us"), coerce=int, default=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.next_due.choices = [SelectChoice(it, _(words)) for it, words in NEXT.items()]

    def due_at(self, now: datetime) -> datetime:
        return now + timedelta(minutes=self.next_due.data)


class RemedyForm(EditingForm):
    remedy = RadioField(_l("What was found"), [InputRequired(_l("Choose repair or workaround."))])
    text = TextAreaField(_l("What was done, and what the customer does now"))
    accepted = BooleanField(
        _l("The customer accepts the workaround"),
        description=_l("The severity is lowered one step."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remedy.choices = choices_of(Remedy)


class HandOverForm(EditingForm):
    owner = SelectField(_l("Escalation manager"), coerce=int)

    def offer(self, managers: Iterable[User], owner_id: int | None) -> None:
        """Everybody but the one who has it."""
        others = [it for it in managers if it.id != owner_id]
        self.owner.choices = [SelectChoice(it.id, it.name) for it in others]


class EndForm(EditingForm):
    because = TextAreaField(_l("Why it ends without a repair or workaround"))
