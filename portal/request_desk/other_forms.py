"""What staff fill in about another request of the same customer."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from portal.agreements.targets import Severity
from portal.service_requests.models import ServiceRequest
from portal.service_requests.rules import LinkKind
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l


class _OtherForm(Form):
    other = StringField(
        _l("The other request"),
        [InputRequired(_l("Enter the number of the other request."))],
        description=_l("Its number, or words of its subject. It must be one of the same customer."),
    )


class MergeForm(EditingForm, _OtherForm):
    """Where this one is the worse, somebody has to say how bad the other is then."""

    severity = SelectField(_l("How severe the other one is from then on"), default="")
    seen = StringField(widget=HiddenInput())  # the number of the other one, once it was shown
    shown: ServiceRequest | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_it_is = SelectChoice("", _("As severe as it is"))
        self.severity.choices = [as_it_is, *choices_of(Severity)]


class LinkForm(CreatingForm, _OtherForm):
    kind = SelectField(_l("What this one is to it"))
    internal = SelectField(_l("Who sees the link"), default="1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = (LinkKind.RELATED, LinkKind.DUPLICATE)
        self.kind.choices = [SelectChoice(it.value, label(it)) for it in told]
        self.internal.choices = [
            SelectChoice("1", _("Staff alone")),
            SelectChoice("0", _("The customer too")),
        ]
