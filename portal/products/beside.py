"""What other features know of a device, shown on its page beside what is registered of it.

Each feature says here what it has to tell, so that this one need not know of any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.base.tenancy import ScopedSession
from portal.catalogue.catalogue import Model
from portal.products.models import Product


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page. Its template is handed what was found; with None it is not shown."""

    template: str
    find: Callable[[ScopedSession, Product, Model], Any]


_PARTS: list[Part] = []


def tells_of_products(part: Part) -> Part:
    _PARTS.append(part)
    return part


def told_of(session: ScopedSession, product: Product, model: Model) -> list[tuple[str, Any]]:
    """The templates of the sections that are shown, with what each of them tells."""
    found = [(part.template, part.find(session, product, model)) for part in _PARTS]
    return [(template, told) for template, told in found if told is not None]
