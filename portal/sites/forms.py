"""What people state about a site."""

from collections.abc import Callable
from typing import Any

from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from portal.base.words import Refused
from portal.sites.rules import LONGEST, Country, read_email, read_known_code, read_phone
from portal.web.forms import CreatingForm, EditingForm, Form, choices_of
from portal.web.locale import explain
from portal.web.locale import lazy_gettext as _l


def _short(name: str) -> Length:
    most = LONGEST[name]
    return Length(max=most, message=_l("Use at most %(most)s characters.", most=most))


def _obeys(rule: Callable[..., str], *, abroad: bool = False) -> Callable[[Any, Field], None]:
    """Say what the rule says, at the field, beside what is wrong with others."""

    def check(form: Any, field: Field) -> None:
        told = " ".join((field.data or "").split())
        try:
            rule(told, form.country.data) if abroad else rule(told)
        except Refused as refusal:
            raise ValidationError(explain(refusal)) from None

    return check


_named = InputRequired(_l("Enter the name of the site."))


class _SiteForm(Form):
    name = StringField(_l("Name"), [_named, _short("name")])
    street = TextAreaField(
        _l("Street address"),
        [_short("street")],
        description=_l("As it is written on a parcel, on as many lines as it needs."),
    )
    postal_code = StringField(
        _l("Postal code"), [_short("postal_code"), _obeys(read_known_code, abroad=True)]
    )
    city = StringField(_l("City"), [_short("city")])
    country = SelectField(_l("Country"), default=Country.NORWAY.value)
    contact_name = StringField(_l("Contact person"), [_short("contact_name")])
    contact_email = StringField(
        _l("The contact's e-mail address"), [_short("contact_email"), _obeys(read_email)]
    )
    contact_phone = StringField(
        _l("The contact's phone number"),
        [_short("contact_phone"), _obeys(read_phone, abroad=True)],
    )
    opening_hours = TextAreaField(
        _l("Opening hours"),
        [_short("opening_hours")],
        description=_l("When somebody can receive a parcel, such as Monday to Friday 8–16."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.country.choices = choices_of(Country)

    def stated(self) -> dict[str, str]:
        """What was filled in, by the names that the actions know."""
        return {name: self[name].data or "" for name in (*LONGEST, "country")}


class CreateSiteForm(_SiteForm, CreatingForm):
    """A site that is new."""


class ChangeSiteForm(_SiteForm, EditingForm):
    """A site as it is, to be changed."""
