"""Imports as jobs: checking a list, registering it, undoing that."""

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.files import StoredFile
from portal.base.history import What, happened
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.sheets import read_sheet
from portal.product_imports import checking, undoing
from portal.product_imports.checking import EVERYWHERE
from portal.product_imports.committing import Commit
from portal.product_imports.counting import Counts
from portal.product_imports.mails import import_mail
from portal.product_imports.models import ImportStatus
from portal.product_imports.passing import headings_of, opened, pass_through
from portal.product_imports.progress import Progress
from portal.product_imports.queries import import_with_id, lookups_of, site_names
from portal.product_imports.report import Report
from portal.product_imports.rules import Checker

LONGEST = 1800  # seconds


@handles("product_imports.check", limit=LONGEST)
def check(run: Run, *, import_id: int) -> None:
    checking.check_import(run, import_id)


@handles("product_imports.commit", limit=LONGEST)
def commit(run: Run, *, import_id: int, create_sites: bool, on_behalf: bool) -> None:
    """Register the list in one transaction, together with the receipt and the job's own end."""
    with run.reading(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        key, fields = session.get_one(StoredFile, it.file_id).key, it.fields
    with opened(run, key) as file, run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        if it.status is not ImportStatus.COMMITTING:
            return
        now = clock.now()
        by = undoing.By(run.job.user_id, on_behalf) if run.job.user_id else None
        sheet = read_sheet(file)
        progress = Progress(run, import_id, sheet.progress)
        work = Commit(session, it, site_names=site_names(session), by=by, now=now)
        if create_sites:
            work.create_sites(Report.of(it.report).new_sites)
        headings = headings_of(sheet, fields)
        counts = Counts.of(session)
        checker = Checker(headings.fields, lookups_of(session))
        with run.reading(EVERYWHERE) as everywhere:
            for chunk in pass_through(sheet, headings, checker, everywhere, it.account_id):
                for passed in chunk:
                    if passed.row is not None and passed.row.is_count:
                        counts.add(passed.row)
                work.write(chunk)
                run.beat()
                progress.tell()
        work.count(counts)
        it.status, it.committed_at = ImportStatus.DONE, now
        it.receipt = work.receipt()
        happened(session, it, What.IMPORTED, by=by, new=work.new, changed=work.changed)
        if by:
            import_mail(session, it, session.get_one(User, by.id))
        run.finish(session)


@handles("product_imports.undo", limit=LONGEST)
def undo(run: Run, *, import_id: int, by_id: int, on_behalf: bool) -> None:
    undoing.undo_import(run, import_id, by_id=by_id, on_behalf=on_behalf)
