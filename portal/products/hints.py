"""What to try when a search finds nothing: a device out of use, signs that look alike."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

from sqlalchemy import select

from portal.base.references import reference
from portal.base.tenancy import ScopedSession
from portal.base.text import identifier
from portal.catalogue.catalogue import Catalogue
from portal.products.models import Product, ProductStatus
from portal.products.queries import Wanted
from portal.products.search import spelled_or_out_of_use

ALIKE = ("O0", "I1L", "B8")  # what people take for each other on a label
_OTHERS = {sign: group.replace(sign, "") for group in ALIKE for sign in group}
_SHORTEST, _MOST = 4, 40  # signs of what is tried, and spellings that are


@dataclass(frozen=True, slots=True)
class Hint:
    """`short`; or the device `found` that is out of use; or `alike`, how it is spelled instead."""

    short: bool = False
    found: str = ""
    reference: str = ""
    status: ProductStatus | None = None
    several: bool = False
    alike: str = ""


def hint_for(session: ScopedSession, text: str, wanted: Wanted, catalogue: Catalogue) -> Hint:
    """For a search that found nothing of what is wanted."""
    if len(identifier(text)) < 2:
        return Hint(short=True)
    spellings = list(islice(look_alikes(text), _MOST))
    anyhow = replace(wanted, status=None)
    ids = spelled_or_out_of_use(session, text, spellings, anyhow, catalogue, most=2)
    if not ids:
        return Hint()
    columns = (Product.id, Product.identifier, Product.mac, Product.status)
    known = {row.id: row for row in session.execute(select(*columns).where(Product.id.in_(ids)))}
    first = known.get(ids[0])
    if first is None:
        return Hint()
    numbers = f"{first.identifier} {first.mac or ''}"
    if identifier(text) not in numbers:
        for spelled in spellings:
            if spelled in numbers:
                return Hint(alike=spelled)
    return Hint(
        found=first.identifier,
        reference=reference("P", first.id),
        status=first.status,
        several=len(ids) > 1,
    )


def look_alikes(text: str) -> Iterator[str]:
    """Other spellings of what looks like an identifier, those with the fewest changes first."""
    written = identifier(text)
    plain = written.isascii() and any(map(str.isdigit, written))
    if not plain or not _SHORTEST <= len(written) <= _MOST:
        return
    places = [place for place, sign in enumerate(written) if sign in _OTHERS]
    for number in range(1, len(places) + 1):
        for chosen in combinations(places, number):
            for signs in product(*(_OTHERS[written[place]] for place in chosen)):
                spelled = list(written)
                for place, sign in zip(chosen, signs, strict=True):
                    spelled[place] = sign
                yield "".join(spelled)
