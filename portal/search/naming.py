"""What a text is the number or the name of: that is opened at once.

Whether there is such a thing for whoever asks is told by the statement that asks for it under their
scope, together with all else that was found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.base.references import read_master_account_id, read_reference, reference
from portal.base.search import Kind
from portal.catalogue.catalogue import Catalogue
from portal.downloads.rules import RELEASE_PREFIX
from portal.downloads.shelf import Told
from portal.known_issues.issues import Issues
from portal.licenses.rules import PREFIX as LICENSE_PREFIX
from portal.licenses.rules import SHORTEST_KEY, TAIL
from portal.licenses.sealing import KeyRing
from portal.products.rules import bare
from portal.replacements.rules import PREFIX as RMA
from portal.search.drawing import line_of
from portal.search.lines import Line
from portal.search.records import CUSTOMER, DEVICE, LICENSE, REPLACEMENT, REQUEST, Record
from portal.search.rules import SHORTEST_END
from portal.search.sight import Sight
from portal.service_requests.models import PREFIX as SR

_LONGEST_NUMBER = 20  # signs of a serial number
_LARGEST = 2**31 - 1
_KINDS = (
    (SR, REQUEST, (Kind.SERVICE_REQUEST, Kind.SERVICE_REQUEST_DESK)),
    ("P", DEVICE, (Kind.PRODUCT,)),
    (RMA, REPLACEMENT, (Kind.REPLACEMENT,)),
    (LICENSE_PREFIX, LICENSE, (Kind.LICENSE,)),
)
# Digits alone are taken for a request's number or a device's. A license's and a replacement's may
# as well be an order's, and are shown.
_BY_DIGITS = {REQUEST, DEVICE}


@dataclass(frozen=True, slots=True)
class Names:
    """What the text may name. `sure` are the kinds that are opened where there is such a one."""

    references: dict[str, int]
    sure: frozenset[str]
    number: str = ""
    codes: tuple[str, ...] = ()
    tail: str = ""


def names_in(text: str, sight: Sight, ring: KeyRing) -> Names:
    found, sure = {}, set()
    for prefix, kind, kinds in _KINDS:
        number = read_reference(prefix, text) if sight.kinds.intersection(kinds) else None
        if number and number <= _LARGEST:
            found[kind] = number
            if kind in _BY_DIGITS or text.upper().startswith(prefix):
                sure.add(kind)
    signs = bare(text)
    device = signs if Kind.PRODUCT in sight.kinds and len(signs) <= _LONGEST_NUMBER else ""
    keys = Kind.LICENSE in sight.kinds
    codes = tuple(ring.codes(text)) if keys and len(signs) >= SHORTEST_KEY else ()
    # The index knows them of one account at a time.
    tail = signs.upper() if keys and sight.across and len(signs) == TAIL else ""
    return Names(found, frozenset(sure), device, codes, tail)


def named_record(
    text: str, names: Names, records: Iterable[Record], sight: Sight, catalogue: Catalogue
) -> Line | None:
    """The one record that is meant, and may be seen."""
    records = list(records)
    for record in _meant(text, names, records):
        return line_of(record, sight, catalogue)
    return None


def _meant(text: str, names: Names, records: list[Record]) -> Iterator[Record]:
    for kind, known in names.references.items():
        if kind in names.sure:
            yield from (it for it in records if it.kind == kind and it.id == known)
    yield from (it for it in records if it.exact)
    number = names.number.upper()
    if len(number) >= SHORTEST_END:
        ending = {
            it.id: it
            for it in records
            if it.kind == DEVICE and any(each.endswith(number) for each in it.numbers.split())
        }
        if len(ending) == 1:
            yield from ending.values()
    if digits := read_master_account_id(text):
        yield from (it for it in records if it.kind == CUSTOMER and it.detail == digits)


def named_otherwise(
    text: str, sight: Sight, catalogue: Catalogue, told: Told | None, issues: Issues | None
) -> Line | None:
    """What everybody may know of: a model, a release, a known issue."""
    model = catalogue.named(text) or catalogue.with_part_number(text)
    model = model or catalogue.get(_number("M", text))
    if model and sight.models:
        folder = "/desk/catalogue" if sight.desk else "/downloads"
        return Line(model.name, f"{folder}/{reference('M', model.id)}")
    release = told.release(_number(RELEASE_PREFIX, text)) if told else None
    if release:
        folder = "/desk/publish" if sight.desk else "/downloads"
        return Line(f"{release.title} {release.version}", f"{folder}/releases/{release.reference}")
    issue = issues.get(_number("KI", text)) if issues else None
    if issue and (sight.desk or issue.published_at):
        folder = "/desk/known-issues" if sight.desk else "/known-issues"
        return Line(text.upper(), f"{folder}/{issue.reference}")
    return None


def _number(prefix: str, text: str) -> int | None:
    """With its prefix only: digits alone are a request's, or a device's."""
    return read_reference(prefix, text) if text.upper().startswith(prefix) else None
