"""What staff fill in about the queue."""

from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import Length

from portal.service_requests.forms import SaveViewForm
from portal.web.forms import CreatingForm, Form
from portal.web.locale import lazy_gettext as _l

_LONG = _l("Use at most %(most)s characters.", most=200)


class QueueForm(CreatingForm):
    """One of several on the page. Where there is nothing to choose, it has no field to lead to."""

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        self.say_above(self.token)
        return valid

    def say_above(self, *fields: Any) -> None:
        """Say what is wrong with these for the form as a whole."""
        for field in fields:
            self.form_errors.extend(field.errors)
            field.errors = []


class ChosenForm(QueueForm):
    """Requests were chosen; to take, or to hand to a colleague."""

    to = StringField(_l("Colleague"), [Length(max=200, message=_LONG)], default="")


class NextForm(QueueForm):
    """Take the next one."""


class SaveQueueForm(SaveViewForm):
    shared = BooleanField(
        _l("Share with colleagues"), description=_l("Everyone on the desk sees it here.")
    )


class NarrowForm(Form):
    """The filters among many: searched for, and never all in a list."""

    customer = StringField(_l("Customer"))
    owner = StringField(_l("Handled by"))
