"""Imports as jobs: checking a list, registering it, undoing that."""

from typing import BinaryIO

from portal.accounts.models import User
from portal.base import clock
from portal.base.access import Permission
from portal.base.files import StoredFile
from portal.base.history import What, happened
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.sheets import read_sheet
from portal.base.visibility import sees_every_site
from portal.product_imports import checking, undoing
from portal.product_imports.checking import EVERYWHERE
from portal.product_imports.committing import Commit
from portal.product_imports.comparison import Names
from portal.product_imports.counting import Counts
from portal.product_imports.findings import Findings
from portal.product_imports.lookups import Lookups
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
def commit(
    run: Run,
    *,
    import_id: int,
    create_sites: bool,
    on_behalf: bool,
    correct: bool = False,
    place: str = "",
) -> None:
    """Register the list in one transaction, together with the receipt and the job's own end."""
    with run.reading(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        key = session.get_one(StoredFile, it.file_id).key
    with opened(run, key) as file, run.session(run.scope(Permission.PRODUCTS_CHANGE)) as session:
        it = session.scalars(import_with_id(import_id)).one()
        if it.status is not ImportStatus.COMMITTING:
            return
        now = clock.now()
        by = undoing.By(run.job.user_id, on_behalf, place) if run.job.user_id else None
        work = Commit(session, it, site_names=site_names(session), correct=correct, by=by, now=now)
        if create_sites and sees_every_site(session.scope.limits):
            run.scope(Permission.SITES_CHANGE)
            work.create_sites(Report.of(it.report).sites_to_make(correct=correct))
        lookups = lookups_of(session)
        names = Names(lookups.names, work.site_names)
        with Findings.of(Counts.of(session), names) as findings:
            _register(run, work, findings, lookups, file)
            work.count(findings.counts)
            work.drop_sites()
            it.receipt = work.receipt(findings.report, checked=Report.of(it.report))
            it.report, it.faults_id = findings.report.stored(), findings.kept(run, session)
        it.status, it.committed_at = ImportStatus.DONE, now
        happened(
            session,
            it,
            What.IMPORTED,
            by=by,
            new=work.new,
            changed=work.changed,
            sites=work.site_ids,
        )
        if by:
            import_mail(session, it, session.get_one(User, by.id))
        run.scope(Permission.PRODUCTS_CHANGE)  # the last of it took its time, too
        run.finish(session)


def _register(run: Run, work: Commit, findings: Findings, lookups: Lookups, file: BinaryIO) -> None:
    it, session = work.it, work.session
    sheet = read_sheet(file)
    progress = Progress(run, it.id, sheet.progress)
    headings = headings_of(sheet, it.fields)
    checker = Checker(headings.fields, lookups)
    with run.reading(EVERYWHERE) as everywhere:
        passing = pass_through(
            sheet,
            headings,
            checker,
            everywhere,
            session.scope,
            correct=work.correct,
            creating=False,
        )
        for chunk in passing:
            findings.note(work.write(chunk))
            run.beat()
            run.scope(Permission.PRODUCTS_CHANGE)  # or the person has lost the right meanwhile
            progress.tell()
    findings.sum_up(checker)


@handles("product_imports.undo", limit=LONGEST)
def undo(run: Run, *, import_id: int, by_id: int, on_behalf: bool, place: str = "") -> None:
    undoing.undo_import(run, import_id, by=undoing.By(by_id, on_behalf, place))
