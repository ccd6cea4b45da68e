"""What the first page makes of what there is: plain values in, plain values out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from portal.agreements.rules import Coverable, Coverage
from portal.catalogue.models import Category

WARNED = timedelta(days=90)  # how long before an agreement's end the customer is told
_A_DAY = timedelta(days=1)


class Period(Protocol):
    """What is looked at of an agreement. Both days belong to it."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


@dataclass(slots=True)
class Held:
    """How many devices of a category there are, and how many of them are covered."""

    category: Category
    devices: int = 0
    covered: int = 0

    @property
    def uncovered(self) -> int:
        return self.devices - self.covered


def by_category(
    counts: Mapping[int, int], models: Mapping[int, Coverable], covers: Mapping[int, Coverage]
) -> list[Held]:
    """The categories that there are devices of, in the order of the catalogue."""
    held = {category: Held(category) for category in Category}
    for model_id, number in counts.items():
        line = held[models[model_id].category]
        line.devices += number
        line.covered += number if covers[model_id].covered else 0
    return [line for line in held.values() if line.devices]


def past_service(counts: Mapping[int, int], models: Mapping[int, Coverable], today: date) -> int:
    """How many devices are of models that nobody services any more."""
    ends = {model_id: models[model_id].end_of_service for model_id in counts}
    return sum(number for model_id, number in counts.items() if (ends[model_id] or today) < today)


def covered_through(agreements: Iterable[Period], today: date) -> date | None:
    """The last day that agreements cover from today on without a gap; None when none does today."""
    last: date | None = None
    for period in sorted(agreements, key=lambda it: it.starts_on):
        begun = period.starts_on <= (today if last is None else last + _A_DAY)
        if begun and period.ends_on >= today:
            last = max(last or period.ends_on, period.ends_on)
    return last
