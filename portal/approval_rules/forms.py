"""What logistics states about approvals."""

from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.approval_rules.rules import Rules
from portal.catalogue.models import Category
from portal.web.fields import WholeNumberField
from portal.web.forms import EditingForm, choices_of
from portal.web.locale import lazy_gettext as _l

_number = InputRequired(_l("Write a whole number with digits, such as 120."))


class RulesForm(EditingForm):
    at_once = WholeNumberField(
        _l("Most devices in one order"),
        [_number],
        description=_l("Of more, a person looks at all of them."),
    )
    own_addresses = BooleanField(_l("Another address than the customer's sites needs a person"))
    at_home = BooleanField(_l("Another country than we send from needs a person"))
    again_days = WholeNumberField(
        _l("Days after shipping in which another replacement needs a person"),
        [_number],
        description=_l("0: there is no such limit."),
    )
    categories = SelectMultipleField(
        _l("Categories of which a person approves each"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.categories.choices = choices_of(Category)

    @classmethod
    def showing(cls, rules: Rules, version: int) -> "RulesForm":
        told = {name: getattr(rules, name) for name in rules.__slots__}
        categories = [each.value for each in rules.categories]
        return cls(formdata=None, data=told | {"categories": categories, "version": version})

    def rules(self) -> Rules:
        return Rules(
            at_once=self.at_once.data,
            own_addresses=self.own_addresses.data,
            at_home=self.at_home.data,
            again_days=self.again_days.data,
            categories=frozenset(map(Category, self.categories.data or ())),
        )
