"""When what is approved now is handed to the carrier, and when it arrives."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from portal.agreements.targets import TARGETS
from portal.base.words import N_, Refused
from portal.base.workdays import Workdays, Yearly
from portal.profile.rules import ZONES
from portal.sites.rules import Country, read_postal_code

CUT_OFF = TARGETS["cut_off"].default
MOST_EXTRA_DAYS, MOST_DAYS_OFF = 20, 20
CODES_TAKEN = N_("Some of these postal codes are in the table already. Remove that line first.")
_YEARLY = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """How the place works that parcels are sent from. These are its settings' defaults; until when
    parcels go the same day is agreed with each customer."""

    name: str = "Oslo"
    country: str = Country.NORWAY.value
    zone: str = "Europe/Oslo"
    days_off: frozenset[Yearly] = frozenset({(12, 24), (12, 31)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Postal codes, the last included, to which parcels take so many business days more."""

    country: str
    first: int
    last: int
    days: int

    def has(self, country: str, code: int) -> bool:
        return country == self.country and self.first <= code <= self.last

    def meets(self, other: "Stretch") -> bool:
        here = self.country == other.country
        return here and self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is said before it is sent: «Bestill før kl. 15.00, så kommer den 23. november»."""

    approve_before: datetime  # as late as that, and not a second later, it holds
    handed_over: date
    arrives: date


def promise(
    approved: datetime,
    shipping: Shipping,
    *,
    cut_off: int = CUT_OFF,
    country: str,
    postal_code: str = "",
    stretches: Iterable[Stretch] = (),
) -> Promise:
    """The one rule: approved before the cut-off on a business day of the shipping site, it goes
    that day, else on the site's next one. It arrives on the destination's next business day, and
    so many later as its postal code takes. At the cut-off itself it is late: `cut_off` are minutes
    after midnight, by the clock on the shipping site's wall."""
    zone = ZoneInfo(shipping.zone)
    there, too_late = approved.astimezone(zone), time(cut_off // 60, cut_off % 60)
    here = Workdays(shipping.country, shipping.days_off)
    in_time = there.time() < too_late and there.date() in here
    handed_over = there.date() if in_time else here.after(there.date())
    on_the_way = 1 + extra_days(stretches, country, postal_code)
    return Promise(
        approve_before=datetime.combine(handed_over, too_late, zone),
        handed_over=handed_over,
        arrives=Workdays(country, shipping.days_off).after(handed_over, on_the_way),
    )


def extra_days(stretches: Iterable[Stretch], country: str, postal_code: str) -> int:
    """How many business days more it takes to a postal code; none where nobody stated any."""
    code = as_number(postal_code)
    if code is None:
        return 0
    return max((it.days for it in stretches if it.has(country, code)), default=0)


def as_number(postal_code: str) -> int | None:
    """`0150` and `SE-123 45` as numbers that can stand between two others."""
    digits = re.sub(r"\D", "", postal_code)
    return int(digits) if 3 <= len(digits) <= 6 and digits.isascii() else None


def checked_shipping(told: Shipping) -> Shipping:
    """As it was stated; refused when it cannot be so."""
    name = " ".join(told.name.split())
    if not 1 <= len(name) <= 80:
        raise Refused(N_("Enter the name of the place, at most 80 characters."), field="name")
    Country(told.country)
    if told.zone not in ZONES:
        raise Refused(N_("Choose a time zone from the list."), field="zone")
    return replace(told, name=name)


def checked_stretch(
    country: str, first_code: str, last_code: str, days: int, known: Iterable[Stretch]
) -> Stretch:
    """A stretch of postal codes that meets none that is known; one code where no last is named."""
    codes = {"first_code": first_code, "last_code": last_code or first_code}
    numbers = {name: _code(text, country, name) for name, text in codes.items()}
    if numbers["last_code"] < numbers["first_code"]:
        raise Refused(N_("The last postal code must not come before the first."), field="last_code")
    if not 1 <= days <= MOST_EXTRA_DAYS:
        most = MOST_EXTRA_DAYS
        raise Refused(N_("Write a number from 1 to %(most)s."), field="days", most=most)
    made = Stretch(
        country=country, first=numbers["first_code"], last=numbers["last_code"], days=days
    )
    if any(made.meets(other) for other in known):
        raise Refused(CODES_TAKEN, field="first_code")
    return made


def read_days_off(text: str) -> frozenset[Yearly]:
    """24.12, 31.12: days of every year, with commas or on lines of their own."""
    found = set()
    for each in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        written = _YEARLY.fullmatch(each)
        month, day = (int(written[2]), int(written[1])) if written else (0, 0)
        try:
            date(2024, month, day)  # which has a 29 February
        except ValueError:
            raise Refused(
                N_("“%(text)s” is no day of the year. Write days as 24.12, with commas between."),
                field="days_off",
                text=each[:40],
            ) from None
        found.add((month, day))
    if len(found) > MOST_DAYS_OFF:
        raise Refused(N_("Name at most %(most)s days."), field="days_off", most=MOST_DAYS_OFF)
    return frozenset(found)


def write_days_off(days: Iterable[Yearly]) -> str:
    return ", ".join(f"{day}.{month}." for month, day in sorted(days))


def _code(text: str, country: str, field: str) -> int:
    missing = Refused(N_("Write the postal code with digits."), field=field)
    try:
        code = as_number(read_postal_code("".join(text.split()), country))
    except Refused as refusal:
        raise Refused(refusal.message, field=field) from None
    if code is None:
        raise missing
    return code
