"""One pass through a list, from its bytes to what each row would become.

The check and the commit go the same way through the file, so that what was shown is what is done.
Nothing is kept of a row but its outcome: a list of a hundred thousand takes no more memory than
one of a hundred, but for the numbers that must not stand in it twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from portal.base.run import Run
from portal.base.sheet_cells import Row
from portal.base.sheets import Sheet
from portal.base.tenancy import Scope, ScopedSession
from portal.product_imports.checked import Checked
from portal.product_imports.columns import Field, Headings, find_headings
from portal.product_imports.comparison import (
    Held,
    Outcome,
    changes,
    contradiction,
    same_device,
    taken,
)
from portal.product_imports.faults import Fault, FaultKind, fault, site_needed
from portal.product_imports.queries import Registered, registered
from portal.product_imports.rules import Checker

CHUNK = 1_000
CHUNK_SIZE = 2**21  # characters


class Passed(NamedTuple):
    """A row that was looked at. `held` is the device that it changes, `faults` what is wrong.

    A wrong row is read only if it is right as soon as the list is right about the device.
    """

    outcome: Outcome
    row: Checked | None
    held: Held | None
    faults: Sequence[Fault]
    cells: Sequence[str]


@contextmanager
def opened(run: Run, key: str) -> Iterator[BinaryIO]:
    """A stored file as one that can be read back and forth, which tables need."""
    with TemporaryFile() as file:
        for chunk in run.files.read(key):
            file.write(chunk)
        yield file


def headings_of(sheet: Sheet, fields: Sequence[str | None] | None) -> Headings:
    """Where the headings are and what they mean: as a person said, else as they are known."""
    headings = find_headings(sheet.head)
    if fields is None:
        return headings
    return headings.mapped(Field(name) if name else None for name in fields)


def pass_through(
    sheet: Sheet,
    headings: Headings,
    checker: Checker,
    everywhere: ScopedSession,
    scope: Scope,
    *,
    correct: bool = False,
    creating: bool = True,
) -> Iterator[list[Passed]]:
    """The rows below the headings, so many at a time, each with its outcome.

    `scope` is whose list it is; the session sees every account. With `correct`, the list is right
    about the model and the MAC address of devices that are registered with others. Unless
    `creating`, devices at sites that are missing are at none.
    """
    for chunk in _chunks(sheet.below(headings.row)):
        checked = [(row, checker.check(*row)) for row in chunk]
        if not creating:
            checked = [(row, _nowhere(it)) for row, it in checked]
        known = registered(
            everywhere, (it for _, it in checked if isinstance(it, Checked)), scope=scope
        )
        yield [_passed(row, it, known, checker, correct=correct) for row, it in checked]


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """So many rows at a time, and fewer where they are long."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += sum(map(len, row[1]))
        if len(chunk) == CHUNK or size > CHUNK_SIZE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _passed(
    row: Row, checked: Checked | list[Fault], known: Registered, checker: Checker, *, correct: bool
) -> Passed:
    cells = row[1]
    if not isinstance(checked, Checked):
        example = all(it.kind.is_notice for it in checked)
        outcome = Outcome.LEFT_OUT if example else Outcome.WRONG
        return Passed(outcome, None, None, checked, cells)
    if checked.is_count:
        return Passed(Outcome.NEW, checked, None, checked.notices, cells)
    held = _about(checked, known, checker, correct=correct)
    if isinstance(held, Fault):
        corrects = checked if held.kind.is_correction else None
        return Passed(Outcome.WRONG, corrects, None, [held], cells)
    if held is None:
        return Passed(Outcome.NEW, checked, None, checked.notices, cells)
    differs = changes(checked, held) or checked.new_site
    outcome = Outcome.CHANGED if differs else Outcome.UNCHANGED
    return Passed(outcome, checked, held, checked.notices, cells)


def too_late(it: Passed) -> Passed:
    """The row, when somebody else registered its device since it was looked at."""
    assert it.row
    field = Field.SERIAL_NUMBER if it.row.serial_number else Field.MAC
    value = it.row.serial_number or it.row.mac or ""
    found = [fault(FaultKind.REGISTERED_MEANWHILE, it.row.row, field, value)]
    return Passed(Outcome.WRONG, None, None, found, it.cells)


def _nowhere(it: Checked | list[Fault]) -> Checked | list[Fault]:
    return it._replace(new_site="") if isinstance(it, Checked) and it.new_site else it


def _about(
    row: Checked, known: Registered, checker: Checker, *, correct: bool
) -> Held | Fault | None:
    """The registered device that the row is about, None when it is a new one, or what is wrong."""
    for field, number in ((Field.SERIAL_NUMBER, row.serial_number), (Field.MAC, row.mac)):
        if number in known.taken:
            return taken(row, field, every_site=checker.every_site)
    held = same_device(
        row, known.by_serial.get(row.serial_number or ""), known.by_mac.get(row.mac or "")
    )
    if held is None and not (row.site_id or checker.every_site):
        return site_needed(row.row)
    if isinstance(held, Held):
        wrong = contradiction(row, held, checker.model_of)
        if wrong and not (correct and wrong.kind.is_correction):
            return wrong
    return held
