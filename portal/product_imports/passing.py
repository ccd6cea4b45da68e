"""One pass through a list, from its bytes to what each row would become.

The check and the commit go the same way through the file, so that what was shown is what is done.
Nothing is kept of a row but its outcome: a list of a hundred thousand takes no more memory than
one of a hundred, but for the numbers that must not stand in it twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple

from portal.base.run import Run
from portal.base.sheet_cells import Row
from portal.base.sheets import Sheet
from portal.base.tenancy import ScopedSession
from portal.product_imports.columns import Field, Headings, find_headings
from portal.product_imports.comparison import Held, Outcome, changes, same_device, taken
from portal.product_imports.faults import Fault
from portal.product_imports.queries import Registered, registered
from portal.product_imports.rules import Checked, Checker

CHUNK = 1_000


class Passed(NamedTuple):
    """A row that was looked at. `held` is the device that it changes, `faults` what is wrong."""

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
    sheet: Sheet, headings: Headings, checker: Checker, everywhere: ScopedSession, account_id: int
) -> Iterator[list[Passed]]:
    """The rows below the headings, so many at a time, each with its outcome."""
    rows = sheet.below(headings.row)
    while chunk := list(islice(rows, CHUNK)):
        checked = [(row, checker.check(*row)) for row in chunk]
        known = registered(
            everywhere, (it for _, it in checked if isinstance(it, Checked)), account_id=account_id
        )
        yield [_passed(row, it, known) for row, it in checked]


def _passed(row: Row, checked: Checked | list[Fault], known: Registered) -> Passed:
    cells = row[1]
    if not isinstance(checked, Checked):
        return Passed(Outcome.WRONG, None, None, checked, cells)
    if checked.is_count:
        return Passed(Outcome.NEW, checked, None, checked.notices, cells)
    for field, number in ((Field.SERIAL_NUMBER, checked.serial_number), (Field.MAC, checked.mac)):
        if number in known.taken:
            return Passed(Outcome.WRONG, None, None, [taken(checked, field)], cells)
    held = same_device(
        checked,
        known.by_serial.get(checked.serial_number or ""),
        known.by_mac.get(checked.mac or ""),
    )
    if isinstance(held, Fault):
        return Passed(Outcome.WRONG, None, None, [held], cells)
    if held is None:
        return Passed(Outcome.NEW, checked, None, checked.notices, cells)
    differs = changes(checked, held) or checked.new_site
    outcome = Outcome.CHANGED if differs else Outcome.UNCHANGED
    return Passed(outcome, checked, held, checked.notices, cells)
