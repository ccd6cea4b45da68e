"""Where a new device is sent, as it is written on the parcel."""

import re
from dataclasses import asdict, dataclass

from portal.base.bilingual import lines_of
from portal.base.words import N_, Refused
from portal.sites.postal_codes import fits, place_for
from portal.sites.rules import LONGEST, Country, read_known_code, read_phone

_LONGEST = {
    "recipient": LONGEST["contact_name"],
    "phone": LONGEST["contact_phone"],
    "street": LONGEST["street"],
    "postal_code": LONGEST["postal_code"],
    "city": LONGEST["city"],
    "hours": LONGEST["opening_hours"],
}
_MOST_LINES = 4  # of a street, or of hours: more fit on no label
_MISSING = {
    "recipient": N_("Enter who receives the parcel."),
    "phone": N_("Enter a phone number, so that the carrier can reach you."),
    "street": N_("Enter the street address."),
    "postal_code": N_("Enter the postal code."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    recipient: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = Country.NORWAY.value
    hours: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether a carrier finds it; who receives it is asked each time."""
        there = fits(self.postal_code, self.country, self.city)
        return bool(re.search(r"[0-9]", self.street) and self.postal_code and self.city and there)


def checked(told: Address) -> Address:
    """The address, tidied; refused when no parcel would arrive there."""
    kept = asdict(told)
    for name, most in _LONGEST.items():
        lines = lines_of(kept[name]).split("\n")
        lines = [tidy for line in lines if (tidy := " ".join(line.split()))]
        several = name in {"street", "hours"}
        if several and len(lines) > _MOST_LINES:
            raise Refused(N_("Use at most %(most)s lines."), field=name, most=_MOST_LINES)
        kept[name] = ("\n" if several else " ").join(lines)
        if len(kept[name]) > most:
            raise Refused(N_("Use at most %(most)s characters."), field=name, most=most)
    for name, missing in _MISSING.items():
        if not kept[name]:
            raise Refused(missing, field=name)
    if not re.search(r"[0-9]", kept["street"]):
        raise Refused(
            N_("Write the street address with its number, such as Storgata 1."), field="street"
        )
    country = Country(kept["country"]).value
    kept["postal_code"] = read_known_code(kept["postal_code"], country)
    kept["city"] = place_for(kept["postal_code"], country, kept["city"])
    if not kept["city"]:  # in Norway the code tells it
        raise Refused(N_("Enter the city."), field="city")
    try:
        kept["phone"] = read_phone(kept["phone"], country)
    except Refused as refusal:
        raise Refused(refusal.message, field="phone") from None
    return Address(**kept)
