"""What the rows of a list are checked against: the catalogue, the sites, what was said before."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from portal.base.text import identifier
from portal.catalogue.rules import fold_name

VENDORS = ("poly", "polycom", "plantronics", "hp")
_ALIKE = 0.8


class Model(NamedTuple):
    """A model as the catalogue has it; the pattern is that of its serial numbers."""

    id: int
    name: str
    pattern: str
    part_numbers: tuple[str, ...] = ()


class UnknownModel(NamedTuple):
    """A name to be mapped once: as first written, where, and the model it probably means."""

    name: str
    row: int
    suggestion: Model | None


def fold_part(number: str) -> str:
    """What follows a # is the country it was sold in."""
    return identifier(number.partition("#")[0])


@dataclass(frozen=True, slots=True)
class Lookups:
    models: Mapping[str, Model]  # by folded name, names that the account has mapped among them
    parts: Mapping[str, Model]
    sites: Mapping[str, int]
    site_key: Callable[[str], str]
    names: Mapping[int, str]  # of the models
    every_site: bool = True  # or only those of them that the person sees

    @classmethod
    def of(
        cls,
        models: Iterable[Model],
        *,
        sites: Mapping[str, int],
        site_key: Callable[[str], str],
        mapped: Mapping[str, int],
        every_site: bool = True,
    ) -> "Lookups":
        """`sites` are by the key that `site_key` makes; `mapped` are names to ids of models."""
        known = {model.id: model for model in models}
        named = {fold_name(name): known[id] for name, id in mapped.items() if id in known}
        named |= {fold_name(model.name): model for model in known.values()}
        parts = {fold_part(part): model for model in known.values() for part in model.part_numbers}
        names = {model.id: model.name for model in known.values()}
        return cls(named, parts, sites, site_key, names, every_site)

    def suggest(self, name: str) -> Model | None:
        """The model that is probably meant: people put the vendor's name first, or mistype."""
        words = name[:80].casefold().split()
        while words and words[0] in VENDORS:
            words = words[1:]
        folded = fold_name(" ".join(words))
        if folded in self.models:
            return self.models[folded]
        alike = get_close_matches(folded, self.models, 1, _ALIKE)
        return self.models[alike[0]] if alike else None
