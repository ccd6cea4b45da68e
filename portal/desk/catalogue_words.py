"""What is stated about models, in words: for their history, and beside an overtaken form."""

from decimal import Decimal
from typing import Any

from portal.base.references import reference
from portal.base.words import LabelledEnum
from portal.catalogue.facts import ModelFacts, checked
from portal.catalogue.forms import ChangeModelForm, told_in_fields
from portal.catalogue.models import Category, Kind, SerialPattern
from portal.desk.history import Word, Words, day, each, plain, yes_or_no
from portal.web.formats import number, short_date
from portal.web.locale import gettext as _
from portal.web.locale import label


def model_words() -> Words:
    return {
        "name": (_("Name"), plain),
        "category": (_("Product category"), _label_of(Category)),
        "family": (_("Family"), plain),
        "kind": (_("What it is"), _label_of(Kind)),
        "part_numbers": (_("Part numbers"), each),
        "serial_pattern": (_("Serial number"), _label_of(SerialPattern)),
        "end_of_sale": (_("Last day of sale"), day),
        "end_of_service": (_("Last day of service"), day),
        "list_price": (_("List price"), _price),
        "list_currency": (_("Currency"), plain),
        "successor": (_("Sent instead when there is none"), plain),
        "demo": (_("Demo data"), yes_or_no),
    }


def saved_meanwhile(facts: ModelFacts, form: ChangeModelForm) -> dict[str, str]:
    """In words, what the record says now where the form says something else."""
    now, mine = told_in_fields(facts), told_in_fields(checked(form.facts()))
    return {name: written(value) for name, value in now.items() if mine[name] != value}


def written(value: Any) -> str:
    if isinstance(value, LabelledEnum):
        return label(value)
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, Decimal):
        return number(value, 2)
    if hasattr(value, "isoformat"):
        return short_date(value)
    return plain(value)


def _price(value: str | None) -> str:
    return number(Decimal(value), 2) if value else "–"


def model_reference(model_id: int) -> str:
    return reference("M", model_id)


def _label_of(enum: type[LabelledEnum]) -> Word:
    return lambda value: label(enum(value))
