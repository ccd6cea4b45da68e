"""Checking a list: what is right, what is new and what is wrong in it. Nothing is registered."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

from portal.base import clock
from portal.base.access import Permission
from portal.base.files import StoredFile, save_file
from portal.base.run import Run
from portal.base.sheets import read_sheet
from portal.base.tenancy import Scope, ScopedSession
from portal.base.words import N_, Refused
from portal.product_imports.comparison import Outcome
from portal.product_imports.counting import Counts
from portal.product_imports.models import ImportStatus
from portal.product_imports.passing import Passed, headings_of, opened, pass_through
from portal.product_imports.progress import Progress
from portal.product_imports.queries import import_with_id, lookups_of
from portal.product_imports.report import Report
from portal.product_imports.rules import Checker

MOST_SITES = 2_000
EVERYWHERE = Scope(read=None, write=None, reason="whether devices are registered at all")


def check_import(run: Run, import_id: int) -> None:
    """Go through the list, and keep with the import what was found."""
    with run.reading(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        if it.status is not ImportStatus.CHECKING:
            return
        key = session.get_one(StoredFile, it.file_id).key
        fields = it.fields if it.mapped else None
    try:
        _check(run, import_id, key, fields)
    except Refused as refusal:
        with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
            it = session.scalars(import_with_id(import_id)).one()
            it.status = ImportStatus.REFUSED
            it.refusal = {"message": refusal.message, "values": refusal.values}


def _check(run: Run, import_id: int, key: str, fields: list[str | None] | None) -> None:
    with opened(run, key) as file, _wrong_rows() as wrong:
        sheet = read_sheet(file)
        headings = headings_of(sheet, fields)
        report = Report()
        if headings.tell_models:
            progress = Progress(run, import_id, sheet.progress)
            with run.reading(run.scope(Permission.PRODUCTS_CHANGE)) as session:
                lookups, counts = lookups_of(session), Counts.of(session)
            checker = Checker(headings.fields, lookups)
            with run.reading(EVERYWHERE) as everywhere:
                account_id = run.job.account_id or 0
                for passed in pass_through(sheet, headings, checker, everywhere, account_id):
                    _note(passed, report, counts, wrong)
                    run.beat()
                    progress.tell()
            _sum_up(report, counts, checker)
        with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
            it = session.scalars(import_with_id(import_id)).one()
            if report.wrong:
                it.faults_id = _kept(run, session, wrong).id
            it.headings = list(headings.names)
            it.fields = [field.value if field else None for field in headings.fields]
            it.report = report.stored()
            it.status = ImportStatus.READY if headings.tell_models else ImportStatus.COLUMNS


def _note(passed: list[Passed], report: Report, counts: Counts, wrong: IO[bytes]) -> None:
    for row in passed:
        report.tell(list(row.faults))
        if row.row is not None and row.row.is_count:
            counts.add(row.row)
            continue
        report.outcomes[row.outcome] += 1
        if row.outcome is Outcome.WRONG:
            line = [list(row.cells), [list(fault) for fault in row.faults]]
            wrong.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _sum_up(report: Report, counts: Counts, checker: Checker) -> None:
    report.rows, report.counted = checker.rows, counts.missing()
    report.outcomes[Outcome.UNCHANGED] += counts.present()
    report.unknown_models = list(checker.unknown_models.values())
    report.new_sites = list(checker.new_sites.values())
    if len(report.new_sites) > MOST_SITES:
        raise Refused(
            N_("The column with sites has more than %(most)s different names. Is it another one?"),
            most=MOST_SITES,
        )


def _kept(run: Run, session: ScopedSession, wrong: IO[bytes]) -> StoredFile:
    wrong.seek(0)
    return save_file(
        session,
        run.files,
        name="faults.jsonl",
        media_type="application/jsonl",
        chunks=iter(lambda: wrong.read(2**16), b""),
        now=clock.now(),
    )


@contextmanager
def _wrong_rows() -> Iterator[IO[bytes]]:
    with TemporaryFile() as file:
        yield file
