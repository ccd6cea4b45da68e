"""What a rule approves by itself, and why a person has to look at the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.base.words import N_, LabelledEnum, Refused
from portal.catalogue.models import Category

MOST_AT_ONCE, MOST_DAYS = 100, 365


class Held(LabelledEnum):
    """Why a replacement is not approved by a rule."""

    WEEK = "week", N_("More were asked for within a week than are approved by a rule.")
    MANY = "many", N_("Many were asked for at once.")
    CATEGORY = "category", N_("Of this category a person approves each.")
    ABROAD = "abroad", N_("It goes to another country than we send from.")
    ADDRESS = "address", N_("It goes to an address that is none of the customer's sites.")
    AGAIN = "again", N_("The device itself was sent as a new one not long ago.")
    STOCK = "stock", N_("There is none left in stock.")
    EMPLOYEE = "employee", N_("An employee asked for it: the customer's administrator decides.")
    DEVICE = "device", N_("Nobody has said which device it is: the customer's administrator does.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """As logistics keeps them; these are the defaults, which leave it to the agreement."""

    at_once: int = MOST_AT_ONCE  # so many are approved together
    own_addresses: bool = False  # whether another address needs a person
    at_home: bool = False  # whether another country does
    again_days: int = 0  # whether a device that was sent within so many days does; 0: none
    categories: frozenset[Category] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What decides."""

    number: int
    category: Category
    abroad: bool
    own_address: bool
    sent_days_ago: int | None  # the device itself, as a new one
    within_a_week: bool  # whether the agreement lets so many be approved


def reasons(it: Asking, rules: Rules) -> list[Held]:
    """Why a person must look; none where a rule approves it."""
    return list(_reasons(it, rules))


def _reasons(it: Asking, rules: Rules) -> Iterator[Held]:
    if not it.within_a_week:
        yield Held.WEEK
    if it.number > rules.at_once:
        yield Held.MANY
    if it.category in rules.categories:
        yield Held.CATEGORY
    if rules.at_home and it.abroad:
        yield Held.ABROAD
    if rules.own_addresses and not it.own_address:
        yield Held.ADDRESS
    if it.sent_days_ago is not None and it.sent_days_ago < rules.again_days:
        yield Held.AGAIN


def checked(rules: Rules) -> Rules:
    for name, least, most in (("at_once", 0, MOST_AT_ONCE), ("again_days", 0, MOST_DAYS)):
        if not least <= getattr(rules, name) <= most:
            raise Refused(
                N_("Write a number from %(least)s to %(most)s."), field=name, least=least, most=most
            )
    return rules
