"""How one comes from the version that runs to another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from portal.downloads.rules import Step, is_known, is_older


@dataclass(frozen=True, slots=True)
class Way(Generic[Step]):
    """The releases to install one after another; the last is where one wants to."""

    steps: Sequence[Step]
    open: bool = True  # whether all that come first are to be had; else none of them is told

    @property
    def before(self) -> Sequence[Step]:
        return self.steps[:-1]


def way_to(
    target: Step,
    release: Callable[[int], Step | None],
    installed: str,
    *,
    to_be_had: Callable[[Step], bool] = lambda _step: True,
) -> Way[Step]:
    """How to come from what is installed to the target.

    A release names the one that must be there before it; from the version that is, or a later one,
    nothing is in between. A circle is walked once. Where a step is blocked, withdrawn or not out
    for whoever asks, there is no way: nobody is told to install it, nor to go without it.
    """
    path, seen = [target], {target.id}
    while (before := release(path[0].predecessor_id or 0)) and before.id not in seen:
        if not is_older(installed, before) and is_known(installed):
            break
        path.insert(0, before)
        seen.add(before.id)
    if all(map(to_be_had, path[:-1])):
        return Way(path)
    return Way([target], open=False)
