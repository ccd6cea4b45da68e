"""What logistics fills in about delivery times."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.delivery_times.rules import (
    MOST_EXTRA_DAYS,
    Shipping,
    read_days_off,
    write_days_off,
)
from portal.profile.zones import zone_choices
from portal.sites.rules import Country
from portal.web.fields import WholeNumberField
from portal.web.forms import CreatingForm, EditingForm, choices_of
from portal.web.locale import lazy_gettext as _l

_long = Length(max=200, message=_l("Use at most %(most)s characters.", most=200))
_days = _l("Write a number from 1 to %(most)s.", most=MOST_EXTRA_DAYS)


class ShippingForm(EditingForm):
    """How the place works that parcels are sent from."""

    name = StringField(_l("Shipping site"), [_long])
    country = SelectField(_l("Country"))
    zone = SelectField(_l("Time zone"))
    days_off = StringField(
        _l("Days of the year that do not count"),
        [_long],
        description=_l("Beside Saturdays, Sundays and public holidays. For example: 24.12, 31.12."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country.choices, self.zone.choices = choices_of(Country), zone_choices()

    @classmethod
    def showing(cls, shipping: Shipping, version: int) -> "ShippingForm":
        names = ("name", "country", "zone")
        known = {name: getattr(shipping, name) for name in names}
        days = write_days_off(shipping.days_off)
        return cls(formdata=None, data=known | {"days_off": days, "version": version})

    def shipping(self) -> Shipping:
        return Shipping(
            name=self.name.data or "",
            country=self.country.data,
            zone=self.zone.data,
            days_off=read_days_off(self.days_off.data or ""),
        )


class StretchForm(CreatingForm):
    """Postal codes to which parcels take longer."""

    in_country = SelectField(_l("Country"), default=Country.NORWAY.value)
    first_code = StringField(
        _l("First postal code"), [InputRequired(_l("Write the postal code with digits.")), _long]
    )
    last_code = StringField(_l("Last postal code"), [_long])
    days = WholeNumberField(
        _l("Business days more"),
        [InputRequired(_days), NumberRange(1, MOST_EXTRA_DAYS, _days)],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.in_country.choices = choices_of(Country)

    def told(self) -> dict[str, Any]:
        return {
            "country": self.in_country.data,
            "first_code": self.first_code.data or "",
            "last_code": self.last_code.data or "",
            "days": self.days.data,
        }
