from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from portal.web.fields import DayField, DecimalField, TimeOfDayField, TypedField, WholeNumberField
from portal.web.locale import speaking


def sent(kind: type[TypedField], text: str) -> Any:
    form = type("Sample", (Form,), {"value": kind("Value")})(MultiDict({"value": text}))
    form.validate()
    return form.value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (DayField, " 29.2.2028 ", date(2028, 2, 29)),
        (TimeOfDayField, "kl. 15.00", 900),
        (TimeOfDayField, "0:05", 5),
        (WholeNumberField, "1\u00a0200", 1200),
        (WholeNumberField, "1 000", 1000),
        (WholeNumberField, "1.000", 1000),
        (WholeNumberField, "1,000,000", 1_000_000),
        (WholeNumberField, "0", 0),
        (DecimalField, "7,5", Decimal("7.5")),
        (DecimalField, "5 %", Decimal(5)),
        (DayField, "", None),
        (WholeNumberField, " ", None),
    ],
)
def test_what_people_write_is_read(kind: type[TypedField], text: str, value: object) -> None:
    field = sent(kind, text)

    assert (field.data, list(field.errors)) == (value, [])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (DayField, "29.2.2027"),
        (DayField, "31.12.9999"),
        (DayField, "01.01.0026"),
        (TimeOfDayField, "24.00"),
        (TimeOfDayField, "15"),
        (WholeNumberField, "-1"),
        (WholeNumberField, "1,5"),
        (WholeNumberField, "1" * 10),
        (DecimalField, "7,555"),
        (DecimalField, "NaN"),
        (DecimalField, "1e999999"),
        (DecimalField, "five"),
    ],
)
def test_what_cannot_be_read_is_told_and_kept_as_typed(kind: type[TypedField], text: str) -> None:
    field = sent(kind, text)

    assert field.data is None
    assert len(field.errors) == 1
    assert f'value="{text}"' in field()


def test_values_are_written_as_people_write_them() -> None:
    with speaking("nb"):
        form = type(
            "Sample", (Form,), {"day": DayField(), "at": TimeOfDayField(), "of": DecimalField()}
        )
        shown = form(data={"day": date(2028, 2, 29), "at": 905, "of": Decimal("7.50")})

        assert 'value="29.02.2028"' in shown.day()
        assert 'value="15.05"' in shown.at()
        assert 'value="7,5"' in shown.of()
