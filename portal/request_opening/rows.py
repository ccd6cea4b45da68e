"""Requests in a table: a row each, with the device, the subject and what happened."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import BinaryIO

from portal.base.sheets import read_sheet
from portal.base.text import words_of
from portal.base.words import N_, Refused
from portal.request_opening.rules import MOST_AT_ONCE
from portal.service_requests.rules import LONGEST_SUBJECT, LONGEST_TEXT


class Column(IntEnum):
    DEVICE = 0
    SUBJECT = 1
    TEXT = 2


COLUMNS = (N_("Device"), N_("Subject"), N_("Description"))
_NAMES = {
    Column.DEVICE: "device enhet serial serienummer serienr serialnumber serialno mac referanse",
    Column.SUBJECT: "subject emne tittel title",
    Column.TEXT: "description beskrivelse text tekst feil fault",
}
_KNOWN = {name: column for column, names in _NAMES.items() for name in names.split()}
RETURNED = {"feil", "fault"}  # the last heading of wrong rows that were given back
EXPECTED: dict[Column | None, str] = {
    None: N_("Device, subject and description"),
    Column.DEVICE: N_("Serial number, MAC address or asset tag of one of your devices, or nothing"),
    Column.SUBJECT: N_("1 to 160 characters"),
    Column.TEXT: N_("1 to 50,000 characters"),
}
NOTHING = N_("Choose a file, or paste the rows.")
_TOO_MANY_CELLS = N_("The row has more than three cells. Put what has line breaks in quotes.")
_NO_SUBJECT = N_("Say in a few words what it is about.")
_NO_TEXT = N_("Describe what happened.")
_TOO_LONG = N_("Write at most %(most)s characters.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, or with the row where no column is told."""

    row: int
    column: Column | None
    message: str
    seen: str = ""  # what stands there
    values: dict[str, object] = field(default_factory=dict)

    @property
    def expected(self) -> str:
        return EXPECTED[self.column]


@dataclass(frozen=True, slots=True)
class Row:
    number: int  # as the spreadsheet shows it
    device: str
    subject: str
    text: str
    extra: str = ""  # what stands beyond

    def faults(self) -> list[Fault]:
        """What can be said of it without looking anything up."""
        found = [Fault(self.number, None, _TOO_MANY_CELLS, self.extra)] if self.extra else []
        for column, said, most, missing in (
            (Column.SUBJECT, self.subject, LONGEST_SUBJECT, _NO_SUBJECT),
            (Column.TEXT, self.text, LONGEST_TEXT, _NO_TEXT),
        ):
            if not said:
                found.append(Fault(self.number, column, missing))
            elif len(said) > most:
                found.append(Fault(self.number, column, _TOO_LONG, said, {"most": most}))
        return found


def read_rows(file: BinaryIO) -> list[Row]:
    """The rows of a table, below its headings where it has some. Refuses more than are taken."""
    order: Sequence[Column | None] = tuple(Column)
    rows: list[Row] = []
    for at, (number, cells) in enumerate(read_sheet(file)):
        if at == 0 and (named := _headings(cells)):
            order = named
        elif any(cells):
            rows.append(_row(number, cells, order))
        if len(rows) > MOST_AT_ONCE:
            raise Refused(N_("There are more than %(most)s rows."), field="rows", most=MOST_AT_ONCE)
    if not rows:
        raise Refused(NOTHING, field="rows")
    return rows


def written(rows: Iterable[Row]) -> str:
    """The rows as they are pasted, to be corrected and sent again."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter="\t", lineterminator="\n")
    lines.writerows((it.device, it.subject, it.text) for it in rows)
    return text.getvalue()


def _headings(cells: Sequence[str]) -> list[Column | None]:
    found = [_KNOWN.get("".join(words_of(cell))) for cell in cells]
    if found.count(Column.TEXT) > 1 and "".join(words_of(cells[-1])) in RETURNED:
        found[-1] = None  # what was wrong, as we gave the rows back
    known = [it for it in found if it is not None]
    return found if len(known) > 1 and len(set(known)) == len(known) else []


def _row(number: int, cells: Sequence[str], order: Sequence[Column | None]) -> Row:
    told = {column: cell for column, cell in zip(order, cells, strict=False) if column is not None}
    device, subject, text = (told.get(column, "") for column in Column)
    beyond = " ".join(filter(None, cells[len(order) :]))
    return Row(number, device, subject, text, extra=beyond)
