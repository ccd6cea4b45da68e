"""What is stated about a site, and how it is written down."""

import re
from dataclasses import asdict, dataclass, fields, replace

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from portal.base.bilingual import lines_of
from portal.base.words import N_, LabelledEnum, Refused
from portal.sites.postal_codes import known, place_for


class Country(LabelledEnum):
    """Where parcels are sent to."""

    NORWAY = "NO", N_("Norway")
    SWEDEN = "SE", N_("Sweden")
    DENMARK = "DK", N_("Denmark")
    FINLAND = "FI", N_("Finland")
    ICELAND = "IS", N_("Iceland")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    name: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = Country.NORWAY.value
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    opening_hours: str = ""


# As long as their columns are.
LONGEST = {
    "name": 80,
    "street": 200,
    "postal_code": 10,
    "city": 80,
    "contact_name": 120,
    "contact_email": 254,
    "contact_phone": 40,
    "opening_hours": 200,
}

SEVERAL_LINES = {"street", "opening_hours"}


def checked(facts: SiteFacts) -> SiteFacts:
    """The facts, tidied; refused when they cannot be."""
    told = asdict(facts)
    for name, most in LONGEST.items():
        lines = [" ".join(line.split()) for line in lines_of(told[name]).split("\n")]
        told[name] = ("\n" if name in SEVERAL_LINES else " ").join(filter(None, lines))
        if len(told[name]) > most:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=most)
    if not told["name"]:
        raise Refused(N_("Enter the name of the site."), field="name")
    country = Country(told["country"]).value
    postal_code = read_known_code(told["postal_code"], country)
    return replace(
        SiteFacts(**told),
        postal_code=postal_code,
        city=place_for(postal_code, country, told["city"]),
        contact_email=read_email(told["contact_email"]),
        contact_phone=read_phone(told["contact_phone"], told["country"]),
    )


def changes(before: SiteFacts, after: SiteFacts) -> list[str]:
    """The names of what differs. History keeps no contact person's name or number."""
    return [
        field.name
        for field in fields(SiteFacts)
        if getattr(before, field.name) != getattr(after, field.name)
    ]


def read_postal_code(text: str, country: str) -> str:
    """As it is written on a parcel; in Norway four digits, of which the first may be a zero."""
    code = text.upper()
    if country == Country.NORWAY.value:
        code = re.sub(r"\s", "", code).removeprefix("NO-").removeprefix("N-")
        if code and not re.fullmatch(r"[0-9]{4}", code):
            raise Refused(N_("Write the postal code with 4 digits."), field="postal_code")
    return code


def read_known_code(text: str, country: str) -> str:
    """The same, and one that there is."""
    return known(read_postal_code(text, country), country)


def read_email(text: str) -> str:
    if not text:
        return ""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise Refused(
            N_("Write the e-mail address like name@example.com."), field="contact_email"
        ) from None


def read_phone(text: str, country: str) -> str:
    """The number in E.164, +4722222222; with or without the country's code, in any grouping."""
    if not text:
        return ""
    wrong = Refused(
        N_("Write a phone number such as 22 22 22 22 or +46 8 123 45 67."), field="contact_phone"
    )
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise wrong from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
