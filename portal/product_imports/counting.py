"""Devices without serial number and MAC address: so many of a model at a site.

A list says how many there are at least. So importing the same list again changes nothing: what is
registered there already is taken for the same devices.
"""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import select

from portal.base.tenancy import ScopedSession
from portal.product_imports.checked import Checked
from portal.products.models import ProductCount


class Spot(NamedTuple):
    """A model at a site: by its id, or by the name it is to get, or nowhere."""

    model_id: int
    site_id: int | None
    new_site: str


class Counts:
    def __init__(self, registered: dict[tuple[int, int | None], int]) -> None:
        self.said: Counter[Spot] = Counter()  # devices
        self._rows: Counter[Spot] = Counter()
        self._registered = registered

    @classmethod
    def of(cls, session: ScopedSession) -> "Counts":
        columns = (ProductCount.model_id, ProductCount.site_id, ProductCount.number)
        return cls(
            {(model, site): number for model, site, number in session.execute(select(*columns))}
        )

    def add(self, row: Checked) -> None:
        spot = Spot(row.model_id, row.site_id, row.new_site)
        self.said[spot] += row.number
        self._rows[spot] += 1

    def lacking(self) -> dict[Spot, int]:
        """How many are to be added where."""
        lacking = {spot: number - self._has(spot) for spot, number in self.said.items()}
        return {spot: number for spot, number in lacking.items() if number > 0}

    def missing(self) -> int:
        """How many devices that is."""
        return sum(self.lacking().values())

    def ready(self) -> int:
        """How many rows say so."""
        return sum(self._rows[spot] for spot in self.lacking())

    def present(self) -> int:
        """How many rows say nothing new."""
        return self._rows.total() - self.ready()

    def _has(self, spot: Spot) -> int:
        return 0 if spot.new_site else self._registered.get((spot.model_id, spot.site_id), 0)
