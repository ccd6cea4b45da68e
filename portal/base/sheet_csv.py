"""Reading CSV as people save it: any separator, any encoding Excel writes, one row at a time."""

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from portal.base.sheet_cells import LONGEST, Row, tidy, within_width
from portal.base.words import N_, Refused

SAMPLE = 2**16
_BOMS = {BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
_SEPARATORS = ";\t,"
_SEPARATOR_LINE = re.compile(r"sep=([;,\t|])\r?\n", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_NOT_TEXT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")

# The module's own limit is for the whole process. Ours is above what one row may have.
csv.field_size_limit(LONGEST)


def read_csv(file: BinaryIO) -> Iterator[Row]:
    """The rows that are not blank, with the numbers they have in a spreadsheet."""
    encoding = _encoding(file)
    file.seek(0)
    text = TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        sample = text.read(SAMPLE)
        if len(_NOT_TEXT.findall(sample)) * 20 > len(sample):
            raise Refused(
                N_("The file is not a table. Send a CSV file or an Excel workbook (.xlsx).")
            )
        text.seek(0)
        separator = _separator(sample)
        if _SEPARATOR_LINE.match(sample):
            text.readline()
        yield from _rows(_Lines(text), separator)
    finally:
        if not file.closed:
            text.detach()  # or it would close a file that is the caller's


class _Lines:
    """Hands lines to the csv module, and notices what it would swallow without end."""

    def __init__(self, text: TextIOWrapper) -> None:
        self.text, self.row, self.pending = text, 1, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST)
        if self.pending and not line:
            raise Refused(
                N_("Row %(row)s opens a quotation mark that is never closed."), row=self.row
            )
        self.pending += len(line)
        if self.pending >= LONGEST:
            raise Refused(
                N_("Row %(row)s is far too long. Check whether a quotation mark is missing."),
                row=self.row,
            )
        if not line:
            raise StopIteration
        return line


def _rows(lines: _Lines, separator: str) -> Iterator[Row]:
    for number, cells in enumerate(csv.reader(lines, delimiter=separator), 1):
        lines.row, lines.pending = number + 1, 0
        tidied = tidy(within_width(cells))
        if any(tidied):
            yield number, tidied


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    start = file.read(SAMPLE)
    for bom, encoding in _BOMS.items():
        if start.startswith(bom):
            return encoding
    # Of a Latin letter in UTF-16 one byte is zero: which one says which half comes first.
    first, second = start[0::2].count(0), start[1::2].count(0)
    if max(first, second) * 3 > len(start):
        return "utf-16-be" if first > second else "utf-16-le"
    return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    """Read to the end: the first Norwegian letter may come late in a long list."""
    decoder = getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(2**20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(sample: str) -> str:
    if told := _SEPARATOR_LINE.match(sample):
        return told[1]
    lines = [line for line in _QUOTED.sub("", sample).splitlines() if line.strip()][:20]

    def fitness(separator: str) -> tuple[int, int]:
        """How many lines agree on a number of columns, and how many columns that is."""
        counts = Counter(line.count(separator) for line in lines if separator in line)
        columns, agreeing = max(counts.items(), key=lambda found: found[1], default=(0, 0))
        return agreeing, columns

    return max(_SEPARATORS, key=fitness)
