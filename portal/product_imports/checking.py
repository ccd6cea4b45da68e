"""Checking a list: what is right, what is new and what is wrong in it. Nothing is registered."""

from portal.base.access import Permission
from portal.base.files import StoredFile
from portal.base.run import Run
from portal.base.sheets import read_sheet
from portal.base.tenancy import Scope
from portal.base.words import Refused
from portal.product_imports.columns import examples
from portal.product_imports.comparison import Names
from portal.product_imports.counting import Counts
from portal.product_imports.findings import Findings
from portal.product_imports.models import ImportStatus
from portal.product_imports.passing import headings_of, opened, pass_through
from portal.product_imports.progress import Progress
from portal.product_imports.queries import import_with_id, lookups_of, site_names
from portal.product_imports.rules import Checker

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
    with run.reading(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        lookups, counts = lookups_of(session), Counts.of(session)
        names = Names(lookups.names, site_names(session))
        scope = session.scope
    with opened(run, key) as file, Findings.of(counts, names) as findings:
        sheet = read_sheet(file)
        headings = headings_of(sheet, fields)
        findings.report.examples = examples(sheet.head, headings)
        if headings.tell_models:
            progress = Progress(run, import_id, sheet.progress)
            checker = Checker(headings.fields, lookups)
            with run.reading(EVERYWHERE) as everywhere:
                for passed in pass_through(sheet, headings, checker, everywhere, scope):
                    findings.note(passed)
                    run.beat()
                    progress.tell()
            findings.sum_up(checker)
        with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
            it = session.scalars(import_with_id(import_id)).one()
            it.faults_id = findings.kept(run, session)
            it.headings = list(headings.names)
            it.fields = [field.value if field else None for field in headings.fields]
            it.report = findings.report.stored()
            it.waiting = findings.report.worthwhile or not headings.tell_models
            it.status = ImportStatus.READY if headings.tell_models else ImportStatus.COLUMNS
