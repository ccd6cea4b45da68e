"""Devices whose site in the list is not registered, and was not to be created."""

from collections import Counter
from collections.abc import Sequence

from portal.product_imports.comparison import Outcome
from portal.product_imports.counting import Spot
from portal.product_imports.faults import FaultKind
from portal.product_imports.passing import Passed


class Unplaced:
    """How many they are, for the receipt: what a list says does not vanish without a word."""

    def __init__(self) -> None:
        self.devices = 0
        self._counted: Counter[int] = Counter()  # as the rows say, by the id of the model

    def note(self, passed: Sequence[Passed]) -> None:
        for it in passed:
            if it.outcome is Outcome.WRONG or it.row is None:
                continue
            if not any(each.kind is FaultKind.SITE_NEW for each in it.faults):
                continue
            if it.row.is_count:
                self._counted[it.row.model_id] += it.row.number
            else:
                self.devices += 1

    def count(self, spot: Spot, number: int) -> None:
        """So many were added by count; those that a row left without a site are among them."""
        if spot.site_id is None:
            self.devices += min(number, self._counted[spot.model_id])
