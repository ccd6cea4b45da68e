"""What staff fill in about models."""

from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.catalogue.facts import CURRENCIES, ModelFacts
from portal.catalogue.models import Category, Kind, SerialPattern
from portal.web.fields import DayField, PriceField
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import lazy_gettext as _l


class _ModelFields(Form):
    name = StringField(_l("Name"), [InputRequired(_l("Enter the name of the model."))])
    category = SelectField(_l("Product category"))
    family = StringField(
        _l("Family"),
        description=_l("What it shares with its siblings, such as Voyager or Studio X."),
    )
    kind = SelectField(_l("What it is"), description=_l("Decides the picture beside it."))
    part_numbers = TextAreaField(
        _l("Part numbers"), description=_l("One on each line, old and new ones.")
    )
    serial_pattern = SelectField(
        _l("Serial number"),
        description=_l("A shape that is known helps people to find the model by its label."),
    )
    end_of_sale = DayField(
        _l("Last day of sale"),
        description=_l("For example 31.12.2027. Leave it empty while it is not decided."),
    )
    end_of_service = DayField(
        _l("Last day of service"),
        description=_l("After this day no agreement covers the model."),
    )
    list_price = PriceField(
        _l("List price"),
        description=_l("Without VAT. It is what a device costs that is not sent back."),
    )
    list_currency = SelectField(_l("Currency"), default="NOK")
    demo = BooleanField(_l("The dates, part numbers and list price are made up, for the demo"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category.choices = choices_of(Category)
        self.kind.choices = choices_of(Kind)
        self.serial_pattern.choices = choices_of(SerialPattern)
        self.list_currency.choices = [SelectChoice(each, each) for each in CURRENCIES]

    def facts(self) -> ModelFacts:
        return ModelFacts(
            name=self.name.data or "",
            category=Category(self.category.data),
            family=self.family.data or "",
            kind=Kind(self.kind.data),
            serial_pattern=SerialPattern(self.serial_pattern.data),
            end_of_sale=self.end_of_sale.data,
            end_of_service=self.end_of_service.data,
            part_numbers=tuple((self.part_numbers.data or "").splitlines()),
            list_price=self.list_price.data,
            list_currency=self.list_currency.data,
            demo=self.demo.data,
        )


class AddModelForm(CreatingForm, _ModelFields):
    pass


class ChangeModelForm(EditingForm, _ModelFields):
    @classmethod
    def opened(cls, facts: ModelFacts, version: int) -> "ChangeModelForm":
        return cls(data=told_in_fields(facts) | {"version": version})


def told_in_fields(facts: ModelFacts) -> dict[str, Any]:
    """The facts as the form's fields hold them."""
    values = {name: getattr(facts, name) for name in facts.__slots__}
    return values | {"part_numbers": "\n".join(facts.part_numbers)}
