"""A field for a day. Typed as text: a browser's own date field speaks the machine's language."""

from datetime import date
from typing import Any

from wtforms import Field, ValidationError
from wtforms.widgets import TextInput

from portal.base.days import read_day
from portal.web.formats import short_date
from portal.web.locale import gettext as _


class DayField(Field):  # type: ignore[misc]
    """Left empty, it is None. What cannot be read is kept as it was typed."""

    widget = TextInput()
    data: date | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return short_date(self.data) if self.data else ""

    def process_formdata(self, values: list[Any]) -> None:
        text = str(values[0]).strip() if values else ""
        self.data = read_day(text)
        if text and self.data is None:
            raise ValidationError(_("Write the date as day, month and year: 31.12.2027."))
