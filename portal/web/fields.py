"""Fields for days, times and numbers, typed as text as people write them.

A browser's own fields for these speak the language of the machine, not of the page.
"""

import re
from abc import ABC, abstractmethod
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import Field, ValidationError
from wtforms.form import BaseForm
from wtforms.validators import NumberRange, StopValidation
from wtforms.widgets import TextInput

from portal.base.days import names_no_day, read_day
from portal.web.formats import number, short_date
from portal.web.locale import gettext as _
from portal.web.styles import style

_CLOCK = re.compile(r"(?:kl\.?\s*)?([01]?[0-9]|2[0-3])[.:]([0-5][0-9])", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}([\s.,'\u2019][0-9]{3})+")
_DECIMAL = re.compile(r"([0-9]{1,9}(?:[.,][0-9]{1,2})?)\s*%?")


FIRST_YEAR, LAST_YEAR = 1900, 2199  # beyond, a year was mistyped, or some system means “never”


class TypedField(Field, ABC):  # type: ignore[misc]
    """Left empty, it is None. What cannot be read is kept as it was typed."""

    widget = TextInput()
    data: Any

    @abstractmethod
    def read(self, text: str) -> Any: ...

    @abstractmethod
    def write(self, value: Any) -> str: ...

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)

    def process_formdata(self, values: list[Any]) -> None:
        text = str(values[0]).strip() if values else ""
        self.data = None
        if text:
            self.data = self.read(text)

    def pre_validate(self, form: BaseForm) -> None:
        if self.process_errors:
            raise StopValidation  # one fault is told of once


class DayField(TypedField):
    def read(self, text: str) -> date:
        day = read_day(text)
        if names_no_day(text):
            raise ValidationError(_("The date %(text)s does not exist.", text=text))
        if day is None:
            raise ValidationError(_("Write the date as day, month and year: 31.12.2027."))
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Enter a day of this time."))
        return day

    def write(self, value: date) -> str:
        return short_date(value)


class TimeOfDayField(TypedField):
    """Held as minutes after midnight."""

    def read(self, text: str) -> int:
        found = _CLOCK.fullmatch(text)
        if found is None:
            raise ValidationError(_("Write the time of day as 15.00 or 15:00."))
        return int(found[1]) * 60 + int(found[2])

    def write(self, value: int) -> str:
        return f"{value // 60:02}.{value % 60:02}"


class WholeNumberField(TypedField):
    """`1 000` is a thousand, with whichever sign between the groups."""

    def read(self, text: str) -> int:
        digits = re.sub(r"\D", "", text) if _GROUPED.fullmatch(text) else re.sub(r"\s", "", text)
        # Where the validators say how many there may be, they say it of any number.
        bounded = any(isinstance(each, NumberRange) for each in self.validators)
        if not re.fullmatch(r"[0-9]{1,40}" if bounded else r"[0-9]{1,9}", digits):
            raise ValidationError(_("Write a whole number with digits, such as 120."))
        return int(digits)

    def write(self, value: int) -> str:
        return str(value)


class PriceField(TypedField):
    """With two decimals or none; groups of digits may stand apart."""

    def read(self, text: str) -> Decimal:
        digits = re.sub(r"\s", "", text)
        if not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{2})?", digits):
            raise ValidationError(_("Write an amount with digits, such as 4190 or 4190,50."))
        return Decimal(digits.replace(",", "."))

    def write(self, value: Decimal) -> str:
        return f"{value:.2f}".translate(style().signs)


class DecimalField(TypedField):
    """With a comma or a point."""

    def read(self, text: str) -> Decimal:
        found = _DECIMAL.fullmatch(text)
        if found is None:
            raise ValidationError(_("Write a number with at most two decimals, such as 7,5."))
        return Decimal(found[1].replace(",", "."))

    def write(self, value: Decimal) -> str:
        return number(value)
