"""One pass through a list of licenses, from its bytes to what each row would become.

The check and the registration go the same way through it, so that what was shown is what is done.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import Any

from portal.base.references import reference
from portal.base.run import Run
from portal.base.sheets import read_sheet
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import N_, Refused
from portal.license_intake.queries import licenses_of_codes, unclaimed_of_codes
from portal.license_intake.rules import (
    MOST_ROWS,
    Fault,
    FaultKind,
    Field,
    Line,
    find_headings,
    read_row,
)
from portal.licenses.rules import PREFIX, masked, tail_of
from portal.licenses.sealing import KeyRing

EVERYWHERE = Scope(read=None, write=None, reason="whether license keys are registered at all")
CHUNK = 500
MOST_FAULTS, MOST_SHOWN = 200, 20  # that a page tells


@dataclass(slots=True)
class Report:
    """What was found in a list. No key is in it."""

    right: int = 0
    wrong: int = 0
    faults: list[list[Any]] = field(default_factory=list)  # row, kind, field, value
    shown: list[list[Any]] = field(default_factory=list)  # name, masked key, last day, seats

    def note(self, found: list[Line] | list[Fault]) -> None:
        for it in found:
            if isinstance(it, Line):
                self.right += 1
                if len(self.shown) < MOST_SHOWN:
                    ends = it.told["ends_on"]
                    day = ends.isoformat() if ends else None
                    self.shown.append([it.name, masked(tail_of(it.key)), day, it.told["seats"]])
            elif len(self.faults) < MOST_FAULTS:
                at = it.field.value if it.field else None
                self.faults.append([it.row, it.kind.value, at, it.value])

    def stored(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("right", "wrong", "faults", "shown")}


def content_of(run: Run, ring: KeyRing, key: str) -> bytes:
    return ring.unwrap(b"".join(run.files.read(key)))


def pass_through(
    run: Run, ring: KeyRing, content: bytes, account_id: int, report: Report
) -> Iterator[list[Line]]:
    """The rows that can be registered, so many at a time; all that was found is in the report."""
    sheet = read_sheet(BytesIO(content))
    headings, fields = find_headings(sheet.head)
    seen: dict[str, int] = {}
    rows = (it for row in sheet.below(headings) if (it := read_row(row, fields)))
    number = 0
    while chunk := list(islice(rows, CHUNK)):
        number += len(chunk)
        if number > MOST_ROWS:
            raise Refused(
                N_("The list has more than %(most)s rows. Send it in several parts."),
                most=MOST_ROWS,
            )
        with run.reading(EVERYWHERE) as everywhere:
            codes = {it.row: ring.codes(it.key) for it in chunk if isinstance(it, Line)}
            known = _known(
                everywhere, [code for each in codes.values() for code in each], account_id
            )
        right = list(_right(chunk, codes, known, seen, report))
        report.note(right)
        yield right
        run.beat()


def _right(
    chunk: Iterable[Line | list[Fault]],
    codes: Mapping[int, list[str]],
    known: Mapping[str, tuple[FaultKind, str]],
    seen: dict[str, int],
    report: Report,
) -> Iterator[Line]:
    """Those that can be registered; `seen` has the rows of the keys that came before."""
    for it in chunk:
        if not isinstance(it, Line):
            report.wrong += 1
            report.note(it)
            continue
        mine = codes[it.row]
        found = next((known[code] for code in mine if code in known), None)
        if found is None and mine[0] in seen:
            found = FaultKind.DOUBLED, str(seen[mine[0]])
        if found:
            report.wrong += 1
            report.note([Fault(it.row, found[0], Field.KEY, found[1])])
            continue
        seen[mine[0]] = it.row
        yield it


def _known(
    everywhere: ScopedSession, codes: list[str], account_id: int
) -> dict[str, tuple[FaultKind, str]]:
    """The keys that are registered. Of those that are not this customer's nothing is told."""
    known: dict[str, tuple[FaultKind, str]] = {}
    for it in everywhere.scalars(unclaimed_of_codes(codes)):
        known[it.key_code] = FaultKind.TAKEN, ""
    for owner, license_id, code in everywhere.execute(licenses_of_codes(codes)):
        ours = owner == account_id
        number = reference(PREFIX, license_id) if ours else ""
        known[code] = (FaultKind.OURS if ours else FaultKind.TAKEN), number
    return known
