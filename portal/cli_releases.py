"""`portal import releases`: firmware of earlier days from a file."""

import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from portal.app import sessions_for
from portal.base import clock
from portal.base.sheets import read_sheet
from portal.base.tenancy import Scope
from portal.base.words import Refused
from portal.cli_serve import said
from portal.config import database_url
from portal.downloads.imports import Report, import_releases, rows_by_column
from portal.web.session import Sessions

STAFF = Scope(frozenset(), None, staff=True)


@click.command("releases")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def releases(file: Path) -> None:
    """Add firmware releases from FILE, a CSV or Excel table.

    Columns: models (with | between), version (as printed), train, released (2022-02-07). They are
    told of at once, and have no file until one is published. The same file twice changes nothing.

    Exit codes: 0 every row is right; 1 some rows are wrong, which are named, and the others are
    kept; or the file or the database of DATABASE_URL cannot be used, and nothing is.
    """
    try:
        with sessions_for(database_url(os.environ)) as sessions:
            report = load(file, sessions)
    except Refused as refusal:
        sys.exit(explained(refusal))
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    for number, wrong in report.wrong.items():
        click.echo(f"row {number}: {explained(wrong)}", err=True)
    counts = [len(it) for it in (report.new, report.unchanged, report.wrong)]
    click.echo("{} new, {} unchanged, {} wrong".format(*counts))
    sys.exit(1 if report.wrong else 0)


def load(file: Path, sessions: Sessions) -> Report:
    with file.open("rb") as opened, sessions(scope=STAFF) as session, session.begin():
        rows = rows_by_column(read_sheet(opened))
        return import_releases(session, rows, by=None, now=clock.now())


def explained(refusal: Refused) -> str:
    told = {
        name: ", ".join(map(str, it)) if isinstance(it, list) else it
        for name, it in refusal.values.items()
    }
    return refusal.message % told if told else refusal.message
