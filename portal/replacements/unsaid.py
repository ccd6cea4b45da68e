"""A device of which only the model is known: which one, somebody says before it is approved."""

from dataclasses import dataclass

from portal.approval_rules.rules import Held
from portal.base.references import read_reference, reference
from portal.base.words import N_, Refused
from portal.products.models import Product, ProductCount
from portal.replacements.models import Replacement

PREFIX = "PM"
UNSAID = N_("Say first which device it is.")


@dataclass(frozen=True, slots=True)
class Unsaid:
    """One of a model. It is in no place and in no line until somebody says which one it is."""

    account_id: int
    model_id: int
    id: int = 0
    site_id: None = None
    site: None = None

    @property
    def reference(self) -> str:
        return reference(PREFIX, self.model_id)


Device = Product | ProductCount | Unsaid


def model_meant(text: str) -> int | None:
    """The model that a reference of one of a model names."""
    return read_reference(PREFIX, text) if text.startswith(PREFIX) else None


def check_said(it: Replacement) -> None:
    """Nothing is promised as long as nobody knows which device it takes the place of."""
    if Held.DEVICE in it.reasons:
        raise Refused(UNSAID)
