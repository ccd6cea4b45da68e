"""What is filled in about answers that many get: standard ones, and one to all of an incident."""

from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from portal.request_desk.actions import AnswerFacts
from portal.service_requests.rules import Status
from portal.service_requests.wording import status_here
from portal.web.forms import CreatingForm, EditingForm, Form
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l


class StandardAnswerForm(Form):
    title = StringField(_l("Title"), description=_l("What your colleagues find it by."))
    norwegian = TextAreaField(_l("Text in Norwegian"))
    english = TextAreaField(_l("Text in English"))
    goes_to = SelectField(_l("Status from now on"))
    waits_norwegian = StringField(
        _l("What you wait for, in Norwegian"), description=_l("For example: send the log.")
    )
    waits_english = StringField(_l("What you wait for, in English"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        follows = SelectChoice("", _("What follows from an answer"))
        told = (it for it in Status if it is not Status.NEW)
        self.goes_to.choices = [follows, *(SelectChoice(it.value, status_here(it)) for it in told)]
        self.goes_to.data = self.goes_to.data or ""

    def facts(self) -> AnswerFacts:
        names = ("title", "norwegian", "english", "waits_norwegian", "waits_english")
        told = {name: self[name].data or "" for name in names}
        goes_to = Status(self.goes_to.data) if self.goes_to.data else None
        return AnswerFacts(**told, goes_to=goes_to)


class AddAnswerForm(CreatingForm, StandardAnswerForm):
    pass


class ChangeAnswerForm(EditingForm, StandardAnswerForm):
    pass


class AnswerAllForm(CreatingForm):
    """One text for every request that an incident explains."""

    text_nb = TextAreaField(_l("Answer in Norwegian"))
    text_en = TextAreaField(_l("Answer in English"))
