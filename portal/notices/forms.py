"""The choice of when to hear of what: one field for each kind that may come."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from portal.notices.notice import How, Notice
from portal.notices.rules import KINDS
from portal.web.forms import EditingForm
from portal.web.locale import gettext as _
from portal.web.locale import label
from portal.web.locale import lazy_gettext as _l


class NoticesForm(EditingForm):
    notices: tuple[Notice, ...] = ()

    def chosen(self) -> dict[Notice, tuple[How, bool]]:
        here = set(self["here"].data or ())
        return {it: (How(self[it.value].data), it.value in here) for it in self.notices}


def _hows(notice: Notice) -> list[SelectChoice]:
    return [SelectChoice(how.value, label(how)) for how in KINDS[notice].hows]


def _known(form: NoticesForm, field: SelectMultipleField) -> None:
    if set(field.data or ()) - {it.value for it in form.notices}:
        raise ValidationError(_("Not a valid choice."))


def form_for(notices: Iterable[Notice]) -> type[NoticesForm]:
    """The form for somebody to whom these may come."""
    shown = tuple(notices)
    fields: dict[str, Any] = {
        it.value: SelectField(label(it), choices=partial(_hows, it)) for it in shown
    }
    fields["here"] = SelectMultipleField(
        _l("What you also see in the portal, under “My notices”"),
        choices=lambda: [SelectChoice(it.value, label(it)) for it in shown],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
        validators=[_known],
    )
    return type("NoticesForm", (NoticesForm,), {"notices": shown, **fields})
