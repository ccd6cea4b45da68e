"""Which column of a list of licenses is which, and what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.base.days import read_day
from portal.base.sheet_cells import Row
from portal.base.text import identifier
from portal.base.words import N_, LabelledEnum, Refused
from portal.licenses.rules import (
    MOST_SEATS,
    SHORTEST_KEY,
    Renewal,
    masked,
    read_key,
    refuse_term,
    tail_of,
)

PREFIX = "LI"
MOST_ROWS = 20_000
MOST_BYTES = 10_000_000


class Field(LabelledEnum):
    """What a list may say of a license. The template has the columns in this order."""

    NAME = "name", N_("Product")
    KEY = "key", N_("License key")
    STARTS_ON = "starts_on", N_("First day")
    ENDS_ON = "ends_on", N_("Last day")
    SEATS = "seats", N_("Number of seats")
    ORDER = "order_number", N_("Order number")
    PURCHASE_ORDER = "purchase_order", N_("Purchase order (PO number)")
    RENEWAL = "renewal", N_("Renewal")


# Compared without case, blanks and signs.
_NAMES = {
    Field.NAME: "produkt, produktnavn, lisens, navn, product, product name, license, name",
    Field.KEY: """lisensnøkkel, nøkkel, aktiveringskode, aktiveringsnøkkel, kode, license key, key,
        activation key, activation code, code, licence key""",
    Field.STARTS_ON: """første dag, start, startdato, starter, fra, gyldig fra, first day, starts,
        start date, valid from""",
    Field.ENDS_ON: """siste dag, slutt, sluttdato, utløper, utløpsdato, til, gyldig til, last day,
        ends, end date, expires, expiry date, expiry, valid to""",
    Field.SEATS: """antall plasser, plasser, antall, brukere, number of seats, seats, quantity, qty,
        users""",
    Field.ORDER: "ordrenummer, ordre, ordrenr, order number, order, order no",
    Field.PURCHASE_ORDER: """innkjøpsordre, innkjøpsordre po nummer, po, po nummer, po nr,
        bestillingsnummer, purchase order, purchase order po number, po number, po no""",
    Field.RENEWAL: "fornyelse, fornyes av, fornying, renewal, renewed by",
}
_RENEWALS = {
    Renewal.RESELLER: "forhandler, forhandleren fornyer den, reseller, the reseller renews it",
    Renewal.CUSTOMER: "kunde, dere fornyer den selv, customer, you renew it yourselves",
    Renewal.AUTOMATIC: "automatisk, fornyes av seg selv, automatic, renews by itself",
    Renewal.NONE: "ingen, fornyes ikke, none, is not renewed",
}


class FaultKind(LabelledEnum):
    NO_NAME = "no_name", N_("The product is missing.")
    NO_KEY = "no_key", N_("The license key is missing.")
    BAD_KEY = "bad_key", N_("The license key is too short, too long, or has signs that are none.")
    BAD_DAY = "bad_day", N_("“%(value)s” is no day. Write it as 31.12.2027.")
    BACKWARDS = "backwards", N_("The last day comes before the first day.")
    BAD_SEATS = "bad_seats", N_("“%(value)s” is no number of seats from 1 to 1,000,000.")
    TOO_LONG = "too_long", N_("“%(value)s” is too long.")
    BAD_RENEWAL = "bad_renewal", N_("“%(value)s” is no way of renewal.")
    DOUBLED = "doubled", N_("The same license key stands in row %(value)s already.")
    OURS = "ours", N_("The license key is registered already, as %(value)s.")
    # It is not told whose it is, nor that it is anybody's.
    TAKEN = "taken", N_("This license key cannot be registered.")


@dataclass(frozen=True, slots=True)
class Fault:
    row: int
    kind: FaultKind
    field: Field | None
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row that is right by itself."""

    row: int
    name: str
    key: str
    told: Mapping[str, Any] = field(default_factory=dict)  # as `registering.Terms` takes it


def fold(text: str) -> str:
    return "".join(sign for sign in text.casefold()[:200] if sign.isalnum())


_KNOWN = {fold(name): each for each, names in _NAMES.items() for name in names.split(",")}
_RENEWAL = {fold(name): each for each, names in _RENEWALS.items() for name in names.split(",")}


def find_headings(head: Sequence[Row]) -> tuple[int, tuple[Field | None, ...]]:
    """The row of the headings and what each means; refused where there are no names or no keys."""
    best_row = 0
    best: tuple[Field | None, ...] = ()
    for number, cells in head:
        fields = tuple(_first_of_each([_KNOWN.get(fold(cell)) for cell in cells]))
        if len(set(fields) - {None}) > len(set(best) - {None}):
            best_row, best = number, fields
    missing = [each for each in (Field.NAME, Field.KEY) if each not in best]
    if missing:
        raise Refused(
            N_("The list has no column for the product, or none for the license key. Use the"
               " headings of the template.")
        )  # fmt: skip
    return best_row, best


def _first_of_each(fields: list[Field | None]) -> list[Field | None]:
    return [each if each not in fields[:at] else None for at, each in enumerate(fields)]


def read_row(row: Row, fields: Sequence[Field | None]) -> Line | list[Fault] | None:
    """What a row says, or what is wrong with it; None where it is empty."""
    number, cells = row
    said = {
        each: cells[at]
        for at, each in enumerate(fields)
        if each is not None and at < len(cells) and cells[at]
    }
    if not said:
        return None
    faults: list[Fault] = []

    def wrong(kind: FaultKind, at: Field, value: str = "") -> None:
        shown = masked(tail_of(value)) if _may_be_a_key(value) else value[:60]
        faults.append(Fault(number, kind, at, shown))

    name, key = said.get(Field.NAME, ""), ""
    if not name:
        wrong(FaultKind.NO_NAME, Field.NAME)
    for each, most in ((Field.NAME, 120), (Field.ORDER, 40), (Field.PURCHASE_ORDER, 40)):
        if len(said.get(each, "")) > most:
            wrong(FaultKind.TOO_LONG, each, said[each])
    if Field.KEY not in said:
        wrong(FaultKind.NO_KEY, Field.KEY)
    else:
        try:
            key = read_key(said[Field.KEY])
        except Refused:
            wrong(FaultKind.BAD_KEY, Field.KEY)
    told: dict[str, Any] = {}
    for each in (Field.STARTS_ON, Field.ENDS_ON):
        told[each.value] = _day(said.get(each, ""), each, wrong)
    told["seats"] = _seats(said.get(Field.SEATS, ""), wrong)
    told["order_number"] = said.get(Field.ORDER, "")
    told["purchase_order"] = said.get(Field.PURCHASE_ORDER, "")
    told["renewal"] = _renewal(said.get(Field.RENEWAL, ""), wrong)
    try:
        refuse_term(told["starts_on"], told["ends_on"])
    except Refused:
        wrong(FaultKind.BACKWARDS, Field.ENDS_ON)
    return faults or Line(row=number, name=name, key=key, told=told)


def _may_be_a_key(text: str) -> bool:
    """In another column: what is told of faults is kept, and many see it. Rather mask too much."""
    signs = identifier(text)
    mixed = any(it.isdigit() for it in signs) and any(it.isalpha() for it in signs)
    return len(signs) >= (SHORTEST_KEY if mixed else 2 * SHORTEST_KEY)


def _day(text: str, each: Field, wrong: Any) -> date | None:
    day = read_day(text) if text else None
    if text and (day is None or not 1900 <= day.year <= 2199):
        wrong(FaultKind.BAD_DAY, each, text)
        return None
    return day


def _seats(text: str, wrong: Any) -> int | None:
    digits = "".join(text.split())
    if not digits:
        return None
    # Cut off, for so many digits that it takes a while to count them are never as few.
    digits = digits.lstrip("0")[:12] if digits.isascii() and digits.isdigit() else ""
    if not digits or int(digits) > MOST_SEATS:
        wrong(FaultKind.BAD_SEATS, Field.SEATS, text)
        return None
    return int(digits)


def _renewal(text: str, wrong: Any) -> Renewal:
    found = _RENEWAL.get(fold(text)) if text else Renewal.RESELLER
    if found is None:
        wrong(FaultKind.BAD_RENEWAL, Field.RENEWAL, text)
    return found or Renewal.RESELLER
