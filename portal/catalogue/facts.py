"""What is stated about a model: by a form, by a row of a file, or by the record as it is."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, TypeVar

from portal.base.days import names_no_day, read_day
from portal.base.text import identifier
from portal.base.words import N_, LabelledEnum, Refused
from portal.catalogue.models import Category, Kind, ProductModel, SerialPattern

Member = TypeVar("Member", bound=LabelledEnum)
_LONGEST_NAME, _LONGEST = 80, 40
MOST_PRICE = Decimal(10_000_000)
CURRENCIES = ("NOK", "SEK", "DKK", "EUR", "USD")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    name: str
    category: Category
    family: str = ""
    kind: Kind = Kind.OTHER
    serial_pattern: SerialPattern = SerialPattern.UNKNOWN
    end_of_sale: date | None = None
    end_of_service: date | None = None
    part_numbers: tuple[str, ...] = ()
    list_price: Decimal | None = None
    list_currency: str = "NOK"
    demo: bool = False

    def told(self) -> dict[str, Any]:
        """As plain values, which history keeps."""
        return asdict(self) | {
            "part_numbers": sorted(self.part_numbers),
            "end_of_sale": self.end_of_sale and self.end_of_sale.isoformat(),
            "end_of_service": self.end_of_service and self.end_of_service.isoformat(),
            "list_price": None if self.list_price is None else f"{self.list_price:.2f}",
        }


def facts_of(model: ProductModel) -> ModelFacts:
    return ModelFacts(
        name=model.name,
        category=model.category,
        family=model.family,
        kind=model.kind,
        serial_pattern=model.serial_pattern,
        end_of_sale=model.end_of_sale,
        end_of_service=model.end_of_service,
        part_numbers=tuple(part.number for part in model.part_numbers),
        list_price=model.list_price,
        list_currency=model.list_currency,
        demo=model.demo,
    )


def changes(before: ModelFacts, after: ModelFacts) -> dict[str, list[Any]]:
    """What differs: the old and the new value by name."""
    old, new = before.told(), after.told()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def checked(facts: ModelFacts) -> ModelFacts:
    """The facts, tidied; refused when they cannot be."""
    name = " ".join(facts.name.split())
    if not name:
        raise Refused(N_("Enter the name of the model."), field="name")
    if len(name) > _LONGEST_NAME:
        raise Refused(N_("Use at most %(most)s characters."), field="name", most=_LONGEST_NAME)
    if len(facts.family) > _LONGEST:
        raise Refused(N_("Use at most %(most)s characters."), field="family", most=_LONGEST)
    if facts.end_of_sale and facts.end_of_service and facts.end_of_service < facts.end_of_sale:
        raise Refused(
            N_("The last day of service must not come before the last day of sale."),
            field="end_of_service",
        )
    if facts.list_price is not None and not 0 < facts.list_price < MOST_PRICE:
        raise Refused(
            N_("The list price must be more than 0 and less than 10 million."), field="list_price"
        )
    if facts.list_currency not in CURRENCIES:
        raise Refused(N_("Choose a currency."), field="list_currency")
    return replace(
        facts,
        name=name,
        family=" ".join(facts.family.split()),
        part_numbers=_part_numbers(facts.part_numbers),
    )


def read_row(row: Mapping[str, str], before: ModelFacts | None = None) -> ModelFacts:
    """The facts of one row of a file. Columns that the file lacks leave what was known before."""
    stated = {_FIELDS[column]: _READ[column](column, text) for column, text in row.items()}
    if before is None and "category" not in stated:
        raise Refused(N_("A new model needs a category."), field="category")
    return checked(replace(before, **stated) if before else ModelFacts(**stated))


def _member(enum: type[Member], field: str, text: str, default: Member | None = None) -> Member:
    wanted = _plain(text)
    if default is not None and not wanted:
        return default
    for member in enum:
        if _plain(member.value) == wanted:
            return member
    raise Refused(
        N_("“%(value)s” is not known here. Use one of: %(known)s."),
        field=field,
        value=text,
        known=", ".join(member.value for member in enum),
    )


def _plain(text: str) -> str:
    return identifier(text).lower()


def _day(column: str, text: str) -> date | None:
    day = read_day(text)
    if names_no_day(text):
        raise Refused(N_("The date %(text)s does not exist."), field=column, text=text)
    if text and day is None:
        raise Refused(
            N_("“%(value)s” is not a date. Write it as 2027-12-31 or 31.12.2027."),
            field=column,
            value=text,
        )
    return day


def _price(column: str, text: str) -> Decimal | None:
    plain = "".join(text.split()).replace(",", ".")
    try:
        price = Decimal(plain) if plain else None
    except InvalidOperation:
        price = Decimal("NaN")
    if price is not None and (not price.is_finite() or round(price, 2) != price):
        raise Refused(N_("“%(value)s” is not a price."), field=column, value=text)
    return price


# How each column of a file is read.
_READ: dict[str, Callable[[str, str], Any]] = {
    "model": lambda _column, text: text,
    "category": partial(_member, Category),
    "family": lambda _column, text: text,
    "kind": partial(_member, Kind, default=Kind.OTHER),
    "part_numbers": lambda _column, text: tuple(text.split("|")),
    "end_of_sale": _day,
    "end_of_service": _day,
    "serial_pattern": partial(_member, SerialPattern, default=SerialPattern.UNKNOWN),
    "list_price": _price,
    "list_currency": lambda _column, text: text.strip().upper() or "NOK",
    "demo": lambda _column, text: text.lower() in {"yes", "ja", "true", "1"},
}
_FIELDS = {column: "name" if column == "model" else column for column in _READ}
COLUMNS = tuple(_READ)


def _part_numbers(numbers: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in the order given, without blanks around."""
    found: dict[str, str] = {}
    for number in (number.strip() for number in numbers):
        if not number:
            continue
        folded = identifier(number)
        if not folded or len(number) > _LONGEST:
            raise Refused(
                N_("“%(number)s” is not a part number. Use letters, digits and dashes."),
                field="part_numbers",
                number=number,
            )
        found.setdefault(folded, number)
    return tuple(found.values())
