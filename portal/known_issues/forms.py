"""What staff fill in about known issues."""

from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.models import Category
from portal.catalogue.naming import models_named
from portal.known_issues.facts import IssueFacts
from portal.known_issues.rules import State
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import gettext as _
from portal.web.locale import lazy_gettext as _l

_VERSION = _l("For example 4.3.1. Leave it empty when there is no end on this side.")


class _IssueFields(Form):
    title_nb = StringField(_l("Title in Norwegian"))
    title_en = StringField(_l("Title in English"))
    description_nb = TextAreaField(_l("Description in Norwegian"))
    description_en = TextAreaField(_l("Description in English"))
    workaround_nb = TextAreaField(_l("Workaround in Norwegian"))
    workaround_en = TextAreaField(_l("Workaround in English"))
    models = TextAreaField(
        _l("Models"), description=_l("One on each line, by name or part number.")
    )
    category = SelectField(
        _l("Or every model of a category"), description=_l("Beside the models that are named.")
    )
    affected_from = StringField(_l("First version that has it"), description=_VERSION)
    affected_to = StringField(_l("Last version that has it"), description=_VERSION)
    state = SelectField(_l("State"))
    fixed_in = StringField(
        _l("Version that fixes it"), description=_l("Together with the state “Fixed”.")
    )
    remarks = TextAreaField(
        _l("Internal remarks"), description=_l("Only staff see them, never customers.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = SelectChoice("", _("No category"))
        self.category.choices = [none, *choices_of(Category)]
        self.state.choices = choices_of(State)

    def facts(self, catalogue: Catalogue) -> IssueFacts:
        typed = {name: self[name].data or "" for name in _TYPED}
        return IssueFacts(
            **typed,
            models=models_named(self.models.data or "", catalogue),
            category=Category(self.category.data) if self.category.data else None,
            state=State(self.state.data),
        )


class AddIssueForm(CreatingForm, _IssueFields):
    pass


class ChangeIssueForm(EditingForm, _IssueFields):
    @classmethod
    def opened(cls, facts: IssueFacts, version: int, catalogue: Catalogue) -> "ChangeIssueForm":
        return cls(data=told_in_fields(facts, catalogue) | {"version": version})


class FixIssueForm(EditingForm):
    fixed_in = StringField(
        _l("Version that fixes it"), [InputRequired(_l("Enter the version that fixes it."))]
    )


def told_in_fields(facts: IssueFacts, catalogue: Catalogue) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    values = {name: getattr(facts, name) for name in facts.__slots__}
    named = sorted(catalogue[each].name for each in facts.models)
    return values | {
        "models": "\n".join(named),
        "category": facts.category.value if facts.category else "",
    }


_TYPED = [
    *("title_nb", "title_en", "description_nb", "description_en", "workaround_nb", "workaround_en"),
    *("affected_from", "affected_to", "fixed_in", "remarks"),
]
