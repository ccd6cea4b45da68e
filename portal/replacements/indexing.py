"""What replacements are found by: kept in the search index with every deed.

Whom a parcel goes to is not among it: whoever leaves must be found nowhere.
"""

from collections.abc import Callable, Iterable
from typing import Any

from portal.base.search import Kind, Tokens, index, tokens_of
from portal.base.tenancy import ScopedSession
from portal.products.models import Product
from portal.replacements.models import Replacement
from portal.replacements.rules import ReturnStage, Stage
from portal.spare_parts.models import SparePart

STAGE_MARKS = {stage: f"c{number}" for number, stage in enumerate(Stage)}
RETURN_MARKS = {stage: f"r{number}" for number, stage in enumerate(ReturnStage)}
Numbers = Callable[[ScopedSession, Replacement], Iterable[str]]
_ALSO: list[Numbers] = []


def found_by_also(numbers: Numbers) -> None:
    """A feature that knows of more numbers on labels and parcels says so here."""
    _ALSO.append(numbers)


def index_replacement(session: ScopedSession, it: Replacement) -> None:
    """Let it be found by every number that stands on a label or a parcel."""
    old = session.get(Product, it.product_id) if it.product_id else None
    part = session.get(SparePart, it.part_id) if it.part_id else None
    also = [number for numbers in _ALSO for number in numbers(session, it)]
    index(session, Kind.REPLACEMENT, [entry_of(it, old, part, also)])


def entry_of(
    it: Replacement, old: Any, part: Any, also: Iterable[str] = ()
) -> tuple[int, int, Tokens]:
    """What it is found by, with the faulty device and the spare part that it is about, if any, and
    the numbers that others know of."""
    known = (old.serial_number, old.mac, old.asset_tag) if old else ()
    numbers = (
        it.reference,
        part.number if part else "",
        it.new_serial_number,
        it.tracking_number,
        it.received_serial_number,
        *also,
    )
    identifiers = [each or "" for each in (*numbers, *known)]
    return it.id, it.account_id, tokens_of((it.city,), identifiers=identifiers, marks=_marks(it))


def _marks(it: Replacement) -> list[str]:
    marks = [STAGE_MARKS[it.stage], RETURN_MARKS[it.returned], f"m{it.model_id}"]
    marks += [f"u{each}" for each in it.people.strip(",").split(",") if each]
    if it.part_id:  # so it is found by what the part is called now
        marks.append(f"q{it.part_id}")
    if it.site_id:
        marks.append(f"s{it.site_id}")
    return marks
