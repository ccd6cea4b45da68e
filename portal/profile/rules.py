"""What people state about themselves, and how it is written down."""

from datetime import timedelta

import phonenumbers

from portal.accounts.rules import read_address
from portal.base.words import N_, Refused

LONGEST_PHONE = 40
LASTS = timedelta(hours=24)  # how long a change of e-mail address waits to be confirmed
HOME = "Europe/Oslo"
# A place or two for every clock there is; who lives elsewhere finds one that shows the same time.
ZONES = (
    *("Europe/Oslo", "Europe/Stockholm", "Europe/Copenhagen", "Europe/Helsinki"),
    *("Atlantic/Reykjavik", "Atlantic/Faroe", "Arctic/Longyearbyen", "Europe/London"),
    *("Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Brussels"),
    *("Europe/Amsterdam", "Europe/Berlin", "Europe/Zurich", "Europe/Vienna", "Europe/Rome"),
    *("Europe/Prague", "Europe/Warsaw", "Europe/Tallinn", "Europe/Riga", "Europe/Vilnius"),
    *("Europe/Athens", "Europe/Bucharest", "Europe/Istanbul", "Africa/Cairo", "Africa/Lagos"),
    *("Africa/Nairobi", "Africa/Johannesburg", "Asia/Dubai", "Asia/Tehran", "Asia/Karachi"),
    *("Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore", "Asia/Shanghai"),
    *("Asia/Tokyo", "Asia/Seoul", "Australia/Perth", "Australia/Adelaide", "Australia/Brisbane"),
    *("Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu", "America/Anchorage"),
    *("America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York"),
    *("America/Halifax", "America/St_Johns", "America/Sao_Paulo", "America/Argentina/Buenos_Aires"),
    *("America/Nuuk", "Atlantic/Azores"),
)


def read_phone(text: str) -> str | None:
    """The number in E.164; a Norwegian one needs no country code."""
    if not text.strip():
        return None
    wrong = Refused(
        N_("Write a phone number such as 22 22 22 22 or +46 8 123 45 67."), field="phone"
    )
    try:
        number = phonenumbers.parse(text, "NO")
    except phonenumbers.NumberParseException:
        raise wrong from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_new_address(text: str, *, now: str) -> str:
    """Another e-mail address than the one they have."""
    found = read_address(text)
    if found == now:
        raise Refused(N_("This is your e-mail address already."), field="email")
    return found


def changes(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """The names of what differs: the record keeps no names, numbers or wishes themselves."""
    return [name for name, value in after.items() if before[name] != value]
