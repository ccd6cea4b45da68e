"""The models that somebody names, one on each line."""

from portal.base.words import N_, Refused
from portal.catalogue.catalogue import Catalogue


def models_named(text: str, catalogue: Catalogue, *, field: str = "models") -> tuple[int, ...]:
    """By name or part number; refused when one is unknown."""
    found: dict[int, None] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        model = catalogue.named(line) or catalogue.with_part_number(line)
        if model is None:
            told = N_("There is no model called %(name)s in the catalogue.")
            raise Refused(told, field=field, name=line[:80])
        found[model.id] = None
    return tuple(found)
