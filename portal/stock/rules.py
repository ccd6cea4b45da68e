"""What stock has to say to somebody who asks for a device."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Catalogue, Model

MOST = 100_000  # of a model at a site
FURTHEST = timedelta(days=730)  # ahead that more are expected
NONE_LEFT = N_("There is no %(model)s left in stock.")


@dataclass(frozen=True, slots=True)
class Supply:
    """What is known of a model at the shipping site."""

    free: int
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be sent to somebody who wants so many of a model."""

    enough: bool = True
    expected_on: date | None = None  # when there are more, as far as that is known
    instead: Model | None = None  # a successor of which there are enough


def offer(
    model: Model,
    wanted: int,
    supplies: Mapping[int, Supply],
    catalogue: Catalogue,
    today: date,
) -> Offer:
    """Of what no account is kept there are always enough. Past days are no promise."""
    supply = supplies.get(model.id)
    if supply is None or supply.free >= wanted:
        return Offer()
    instead = next(
        (it for it in successors(model, catalogue) if _enough(it, wanted, supplies)), None
    )
    expected_on = supply.expected_on
    if expected_on is not None and expected_on < today:
        expected_on = None
    return Offer(enough=False, expected_on=expected_on, instead=instead)


def successors(model: Model, catalogue: Catalogue) -> list[Model]:
    """The one that staff named for it, and so on, each once."""
    found: list[Model] = []
    seen = {model.id}
    while (after := catalogue.get(model.successor_id)) and after.id not in seen:
        seen.add(after.id)
        found.append(after)
        model = after
    return found


def _enough(model: Model, wanted: int, supplies: Mapping[int, Supply]) -> bool:
    supply = supplies.get(model.id)
    return supply is None or supply.free >= wanted


def checked_number(number: int, *, least: int = 0, field: str = "number") -> int:
    if not least <= number <= MOST:
        raise Refused(
            N_("Write a number from %(least)s to %(most)s."),
            field=field,
            least=least,
            most=MOST,
        )
    return number
