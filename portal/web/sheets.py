"""Writing tables for spreadsheets, CSV or XLSX: one writer, so that one place is careful.

The file is written before the answer begins, row by row and to disk when it is long. So the rows
come out of the request's own session, a fault on the way is an error page and not half a file
that looks whole, the browser is told how long the file is, and no slow reader keeps a transaction.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from io import TextIOWrapper
from itertools import islice
from tempfile import SpooledTemporaryFile
from time import monotonic
from typing import BinaryIO, TypeVar, cast

import xlsxwriter
from flask import Response, send_file

from portal.base import clock
from portal.base.sheet_cells import guarded
from portal.base.words import N_, LabelledEnum, Refused
from portal.web.guard import look_again
from portal.web.locale import label

IN_MEMORY = 2**20
LOOKED_EVERY = 0.5  # seconds between two looks at whether the rows may still be had
LONGEST_CELL = 32_767  # of Excel
LAST_ROW = 1_048_576

Value = str | int | float | Decimal | date | LabelledEnum | None
Rows = Iterable[Sequence[Value]]
Watched = TypeVar("Watched")


class Kind(Enum):
    """What a column holds, and so how wide it is and how Excel shows it."""

    TEXT = 24, ""
    CODE = 18, "@"  # serial numbers and the like: never to be taken for numbers
    NUMBER = 12, ""
    DATE = 12, "dd.mm.yyyy"
    MOMENT = 17, "dd.mm.yyyy hh:mm"


@dataclass(frozen=True, slots=True)
class Column:
    label: str  # as people read it, in their language
    kind: Kind = Kind.TEXT
    width: int | None = None

    @property
    def heading(self) -> str:
        """Without the places where a page may break the word: a table is read by programs too."""
        return guarded(self.label.replace("\N{SOFT HYPHEN}", ""))


def send_sheet(format: str, *, name: str, columns: Sequence[Column], rows: Rows) -> Response:
    """Answer with a file `name-2026-11-22.csv` or `.xlsx`, for the browser to save."""
    write, mimetype = FORMATS[format]
    file = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 (the answer closes it)
    try:
        write(file, columns, watched(rows))
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    response = send_file(
        file,
        mimetype=mimetype,
        as_attachment=True,
        download_name=f"{name}-{clock.today().isoformat()}.{format}",
        conditional=False,
        etag=False,
    )
    response.content_length = size
    return response


def watched(rows: Iterable[Watched]) -> Iterator[Watched]:
    """The rows, while whoever asked for them may have them."""
    looked = monotonic()
    for row in rows:
        if monotonic() - looked >= LOOKED_EVERY:
            look_again()
            looked = monotonic()
        yield row
    if monotonic() - looked >= LOOKED_EVERY:
        look_again()


def write_csv(file: BinaryIO, columns: Sequence[Column], rows: Rows) -> None:
    """As Excel with Norwegian settings opens it: semicolons, decimal commas, and a BOM for æøå."""
    text = TextIOWrapper(file, "utf-8-sig", errors="replace", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.heading for column in columns])
    writer.writerows([_csv_text(value) for value in row] for row in rows)
    text.detach()


def write_xlsx(file: BinaryIO, columns: Sequence[Column], rows: Rows) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True, "bottom": 1})
        formats = [book.add_format({"num_format": column.kind.value[1]}) for column in columns]
        for at, column in enumerate(columns):
            width = column.width or max(column.kind.value[0], len(column.heading) + 4)
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, column.heading, heading)
        last = 0
        left = iter(rows)
        for last, row in enumerate(islice(left, LAST_ROW - 1), 1):
            for at, value in enumerate(row):
                _write_cell(sheet, last, at, value, formats[at])
        if next(left, None) is not None:
            raise Refused(N_("The list is too long for an Excel workbook. Download it as CSV."))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(columns) - 1)


def _csv_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case LabelledEnum():
            return guarded(label(value))
        case str():
            return guarded(value)
        case datetime():
            return value.astimezone(clock.OSLO).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()  # every spreadsheet reads it as a date, and so do we
        case _:
            return format(value, "f" if isinstance(value, Decimal) else "").replace(".", ",")


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, at: int, value: Value, form: object
) -> None:
    match value:
        case None | "":
            return
        case LabelledEnum():
            sheet.write_string(row, at, guarded(label(value)), form)
        case str():
            sheet.write_string(row, at, guarded(value)[:LONGEST_CELL], form)
        case datetime():
            here = value.astimezone(clock.OSLO).replace(tzinfo=None)
            sheet.write_datetime(row, at, here, form)
        case date():
            sheet.write_datetime(row, at, value, form)
        case _:
            sheet.write_number(row, at, value, form)


Writer = Callable[[BinaryIO, Sequence[Column], Rows], None]
FORMATS: dict[str, tuple[Writer, str]] = {
    "csv": (write_csv, "text/csv"),  # Flask says in which charset
    "xlsx": (
        write_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
