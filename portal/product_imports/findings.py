"""What is found on the way through a list: its report, the wrong rows, to be sent back, and what
the others change."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from portal.base import clock
from portal.base.files import save_file
from portal.base.run import Run
from portal.base.tenancy import ScopedSession
from portal.product_imports.comparison import Names, Outcome, told
from portal.product_imports.counting import Counts
from portal.product_imports.passing import Passed
from portal.product_imports.report import Change, Report
from portal.product_imports.rules import Checker


class Findings:
    """Noted anew by the commit: since the check, somebody may have registered something."""

    def __init__(self, counts: Counts, names: Names, lines: IO[bytes]) -> None:
        self.report, self.counts = Report(), counts
        self._names, self._lines = names, lines
        # Each once, in the order of the list; the checker spells them all the same way.
        self._new_sites: dict[str, None] = {}
        self._corrected_sites: dict[str, None] = {}

    @classmethod
    @contextmanager
    def of(cls, counts: Counts, names: Names) -> Iterator["Findings"]:
        with TemporaryFile() as lines:
            yield cls(counts, names, lines)

    def note(self, passed: Sequence[Passed]) -> None:
        for row in passed:
            self.report.tell(list(row.faults))
            if row.row is not None and row.row.new_site:
                wrong = row.outcome is Outcome.WRONG
                (self._corrected_sites if wrong else self._new_sites)[row.row.new_site] = None
            if row.row is not None and row.row.is_count:
                self.counts.add(row.row)
                continue
            self.report.outcomes[row.outcome] += 1
            if row.outcome is Outcome.WRONG:
                self._keep([list(row.cells), [list(fault) for fault in row.faults]])
            elif row.outcome is Outcome.CHANGED and row.row and row.held:
                known_as = row.held.serial_number or row.held.mac or ""
                change = Change(row.row.row, known_as, told(row.row, row.held, self._names))
                self.report.tell_change(change)
                self._keep(list(change))

    def _keep(self, line: list[Any]) -> None:
        """A wrong row has two parts, what is changed three."""
        self._lines.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def sum_up(self, checker: Checker) -> None:
        self.report.rows = checker.rows
        self.report.counted, self.report.count_rows = self.counts.missing(), self.counts.ready()
        self.report.outcomes[Outcome.UNCHANGED] += self.counts.present()
        self.report.unknown_models = list(checker.unknown_models.values())
        self.report.new_sites = list(self._new_sites)
        only = [name for name in self._corrected_sites if name not in self._new_sites]
        self.report.sites_of_corrections = only

    def kept(self, run: Run, session: ScopedSession) -> int | None:
        """The id of the file with these, when there are any."""
        if not self._lines.tell():
            return None
        self._lines.seek(0)
        file = save_file(
            session,
            run.files,
            name="faults.jsonl",
            media_type="application/jsonl",
            chunks=iter(lambda: self._lines.read(2**16), b""),
            now=clock.now(),
        )
        return file.id
