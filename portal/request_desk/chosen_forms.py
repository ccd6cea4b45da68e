"""What of a request goes along into another one: of the same customer, or of the right one."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.forms import CreatingForm
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l


class ChosenMessagesForm(CreatingForm):
    """Which of what was said goes along."""

    messages = SelectMultipleField(
        _l("What goes along"),
        coerce=int,
        validate_choice=False,  # what is no message of the request is not taken along
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, messages: Iterable[Any]) -> None:
        self.messages.choices = [SelectChoice(it.id, _line(it)) for it in messages]


class SplitForm(ChosenMessagesForm):
    subject = StringField(_l("Subject of the new request"))


class CopyForm(ChosenMessagesForm):
    customer = StringField(
        _l("The right customer"),
        [InputRequired(_l("Enter the customer it belongs to."))],
        description=_l("Name or master account ID."),
    )
    contact = StringField(
        _l("Contact there"),
        [InputRequired(_l("Enter who of them it is opened for."))],
        description=_l("Name or e-mail. They are told by e-mail, and hear what happens."),
    )
    text = TextAreaField(
        _l("What the customer reads here"),
        description=_l("This request is closed with it. Name no other customer."),
    )


def _line(message: Any) -> str:
    who = message.author.name if message.author else _("The portal")
    begun = " ".join(message.text.split())[:120]
    note = _("Internal note") + ": " if message.internal else ""
    return f"{who}: {note}{begun}"
