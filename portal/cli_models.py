"""`portal import models`: the catalogue from a file."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import DBAPIError

from portal.app import sessions_for
from portal.base.sheet_cells import Row
from portal.base.sheets import Sheet, read_sheet
from portal.base.tenancy import NOBODY
from portal.base.words import Refused
from portal.catalogue.imports import Report, import_models, rows_by_column
from portal.cli_serve import said
from portal.config import database_url
from portal.web.session import Sessions

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@click.command("models")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def models(file: Path) -> None:
    """Add and change models from FILE, a CSV or Excel table.

    Columns: model, category, family, kind, part_numbers (with | between), end_of_sale,
    end_of_service, serial_pattern, demo. Those that are left out stay as they are, and no model is
    taken away. The same file twice changes nothing.

    Exit codes: 0 every row is right; 1 some rows are wrong, which are named, and the others are
    kept; or the file or the database of DATABASE_URL cannot be used, and nothing is.
    """
    try:
        with sessions_for(database_url(os.environ)) as sessions:
            report = _import(file, sessions)
    except Refused as refusal:
        sys.exit(_explained(refusal))
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    _tell(report)
    sys.exit(1 if report.wrong else 0)


def _import(file: Path, sessions: Sessions) -> Report:
    with file.open("rb") as opened, sessions(scope=NOBODY) as session, session.begin():
        sheet = read_sheet(opened)
        with click.progressbar(length=100, label="Models", file=sys.stderr) as bar:
            report = import_models(session, rows_by_column(_followed(sheet, bar)), by=None)
            session.flush()
            bar.update(100 - bar.pos)
        return report


def _followed(sheet: Sheet, bar: "ProgressBar[int]") -> Iterator[Row]:
    """The rows, while the bar shows how much of the file has been gone through."""
    for row in sheet:
        bar.update(max(0, int(100 * sheet.progress()) - bar.pos))
        yield row


def _tell(report: Report) -> None:
    for name in report.new:
        click.echo(f"new      {name}")
    for name in report.changed:
        click.echo(f"changed  {name}")
    for number, refusal in report.wrong.items():
        click.echo(f"row {number}: {_explained(refusal)}", err=True)
    counts = [len(it) for it in (report.new, report.changed, report.unchanged, report.wrong)]
    click.echo("{} new, {} changed, {} unchanged, {} wrong".format(*counts))


def _explained(refusal: Refused) -> str:
    return refusal.message % refusal.values if refusal.values else refusal.message
