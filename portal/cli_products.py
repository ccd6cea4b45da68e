"""`portal import products`: a device list from the shell, the same way it goes on the page."""

import os
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from threading import Thread

import click

from portal.accounts.queries import account_numbered
from portal.app import create_app, open_worker, sessions_for
from portal.base import clock
from portal.base.db import READING
from portal.base.file_store import FileStore
from portal.base.files import StoredFile
from portal.base.jobs import later
from portal.base.references import read_master_account_id
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.base.words import Refused
from portal.base.worker import Worker
from portal.cli_files import try_out, writing
from portal.config import Settings
from portal.product_imports.actions import discard_import, start_import
from portal.product_imports.in_lines import receipt_line, report_lines
from portal.product_imports.models import ImportStatus, ProductImport
from portal.product_imports.progress import percent_of
from portal.product_imports.queries import import_with_id
from portal.product_imports.report import Report
from portal.product_imports.returned import columns_of, wrong_rows
from portal.web.locale import explain, speaking
from portal.web.locale import gettext as _
from portal.web.session import Sessions
from portal.web.sheets import write_csv


@click.command("products")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", required=True, help="The master account ID, such as 1042-2107-3.")
@click.option("--check", is_flag=True, help="Only tell what is in the list; register nothing.")
@click.option("--create-sites", is_flag=True, help="Create the sites that are missing.")
@click.option("--correct", is_flag=True, help="The list is right about models and MAC addresses.")
@click.option(
    "--faults",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write all rows with faults to this file (CSV), with what is wrong with each.",
)
@click.option("--language", type=click.Choice(["nb", "nn", "en"]), default="en", show_default=True)
def products(
    file: Path,
    account: str,
    *,
    check: bool,
    create_sites: bool,
    correct: bool,
    faults: Path | None,
    language: str,
) -> None:
    """Register the devices of FILE, a CSV or Excel list, for an account.

    Columns are known by Norwegian, English and Lens names. Rows with faults are passed over, and
    listed: some of each kind, and all of them with --faults. The same file twice changes nothing.

    Exit codes: 0 every row is right; 1 some rows are wrong, and the others are registered, or the
    file or the account cannot be used, and nothing is.
    """
    settings = Settings.from_environment(os.environ)
    with sessions_for(settings.database_url) as sessions, speaking(language):
        if faults:
            try_out(faults)
        app = create_app(settings, sessions=sessions)
        worker = open_worker(app, settings)
        files: FileStore = app.extensions["files"]
        scope = _scope(sessions, account)
        with sessions(scope=scope) as session, session.begin():
            with file.open("rb") as opened:
                chunks = iter(partial(opened.read, 2**16), b"")
                it = _started(session, files, file.name, chunks)
            import_id = it.id
        it = _waited(sessions, scope, worker, files, import_id, what=_("Checking"))
        report = Report.of(it.report)
        possible = report.right or (correct and report.corrections)
        going_on = possible and not check and it.status is ImportStatus.READY
        if not going_on:
            _let_be(sessions, scope, import_id)
        _refuse_unread(it)
        for line in report_lines(report, all_kept=faults is not None, correct=correct):
            click.echo(line)
        if going_on:
            with sessions(scope=scope) as session, session.begin():
                going = session.scalars(import_with_id(import_id)).one()
                going.status = ImportStatus.COMMITTING
                later(
                    session,
                    "product_imports.commit",
                    account_id=going.account_id,
                    import_id=import_id,
                    create_sites=create_sites,
                    correct=correct,
                    on_behalf=False,
                )
            it = _waited(sessions, scope, worker, files, import_id, what=_("Registering"))
            click.echo(f"{receipt_line(it.receipt)}: {it.reference}")
        if faults:
            _write(faults, it, sessions, scope, files)
    sys.exit(1 if report.wrong else 0)


def _scope(sessions: Sessions, account: str) -> Scope:
    digits = read_master_account_id(account)
    with sessions(scope=NOBODY) as session:
        found = session.scalars(account_numbered(digits or "")).one_or_none()
    if found is None:
        click.echo(_("There is no account %(number)s.", number=account), err=True)
        sys.exit(1)
    return Scope(frozenset({found.id}), found.id, reason="portal import products")


def _started(
    session: ScopedSession, files: FileStore, name: str, chunks: Iterator[bytes]
) -> ProductImport:
    try:
        return start_import(session, files, name=name, chunks=chunks, by=None, now=clock.now())
    except Refused as refusal:
        click.echo(explain(refusal), err=True)
        sys.exit(1)


def _waited(
    sessions: Sessions,
    scope: Scope,
    worker: Worker,
    files: FileStore,
    import_id: int,
    *,
    what: str,
) -> ProductImport:
    """Do jobs until the import has come to rest; another worker may have taken it."""
    working = Thread(target=worker.run, daemon=True)
    working.start()
    with click.progressbar(length=100, label=what, file=sys.stderr) as bar:
        while True:
            with sessions(scope=scope) as session:
                session.connection(execution_options=READING)
                it = session.scalars(import_with_id(import_id)).one()
            if not it.busy:
                break
            bar.update(max(0, (percent_of(files, import_id) or 0) - bar.pos))
            worker.stopping.wait(0.2)
        bar.update(100 - bar.pos)
    worker.stopping.set()
    working.join()
    worker.stopping.clear()
    return it


def _refuse_unread(it: ProductImport) -> None:
    if it.status is ImportStatus.REFUSED and it.refusal:
        click.echo(explain(Refused(it.refusal["message"], **it.refusal["values"])), err=True)
        sys.exit(1)
    if it.status is ImportStatus.COLUMNS:
        click.echo(_("No column has the model. Name one of them “Model”."), err=True)
        sys.exit(1)


def _let_be(sessions: Sessions, scope: Scope, import_id: int) -> None:
    """What was only looked at here, or refused, waits for nobody on the page."""
    with sessions(scope=scope) as session, session.begin():
        discard_import(session.scalars(import_with_id(import_id)).one())


def _write(
    path: Path, it: ProductImport, sessions: Sessions, scope: Scope, files: FileStore
) -> None:
    """All rows with faults, to be mended and sent in again."""
    kept: Iterable[bytes] = ()
    if it.faults_id is not None:
        with sessions(scope=scope) as session:
            kept = files.read(session.get_one(StoredFile, it.faults_id).key)
    with writing(path, "wb") as opened:
        write_csv(opened, columns_of(it), wrong_rows(it, kept))
    click.echo(_("The rows with faults are in %(file)s.", file=path))
