"""Reading tables that people send: CSV and XLSX, as a stream of rows, with bounded memory.

A file is what its first bytes say, never what its name says. What cannot be read is refused in a
sentence that says what to do instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO

from portal.base.sheet_cells import Row
from portal.base.sheet_csv import SAMPLE, read_csv
from portal.base.sheet_xlsx import read_xlsx
from portal.base.words import N_, Refused

HEAD = 10  # rows kept to find the headings among, and to show

_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICTURE = N_("The file is a picture. Send a CSV file or an Excel workbook (.xlsx).")
_DOCUMENT = N_("The file is a document. Send a CSV file or an Excel workbook (.xlsx).")
_PROGRAM = N_("The file is a program. Send a CSV file or an Excel workbook (.xlsx).")
_ARCHIVE = N_("The file is an archive. Unpack it, and send the CSV file or Excel workbook (.xlsx).")
_WEB_PAGE = N_("The file is a web page. Save it as a CSV file or an Excel workbook (.xlsx).")
_KNOWN_BY_START = {
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"RIFF": _PICTURE,
    b"II*\0": _PICTURE,
    b"MM\0*": _PICTURE,
    b"%PDF": _DOCUMENT,
    b"{\\rtf": _DOCUMENT,
    b"MZ": _PROGRAM,
    b"\x7fELF": _PROGRAM,
    b"\x1f\x8b": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"Rar!": _ARCHIVE,
}
_ALSO_WORDS = {b"GIF8", b"RIFF", b"MZ", b"Rar!"}  # a serial number may begin so, a text has no NUL
_WEB_PAGE_STARTS = (b"<!doctype html", b"<html", b"<?xml", b"<table")


@dataclass(slots=True)
class Sheet:
    """A table being read: its first rows, and then the rest. It can be gone through once."""

    format: str  # "csv" or "xlsx"
    head: list[Row]
    _rest: Iterator[Row]
    _file: BinaryIO
    _size: int

    def __iter__(self) -> Iterator[Row]:
        return chain(self.head, self._rest)

    def below(self, number: int) -> Iterator[Row]:
        """The rows under the one with this number, which holds the headings."""
        return (row for row in self if row[0] > number)

    def progress(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._file.tell() / self._size


def read_sheet(file: BinaryIO) -> Sheet:
    """Start reading a table. The file is the caller's to close, and must be able to seek.

    Refuses at once what is no table; a fault further down is refused when its row is reached.
    """
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(SAMPLE)
    _refuse_other_files(start, file)
    is_zip = start.startswith(_ZIP)
    rows = read_xlsx(file) if is_zip else read_csv(file)
    head = list(islice(rows, HEAD))
    if not head:
        raise _empty()
    return Sheet("xlsx" if is_zip else "csv", head, rows, file, size)


def _refuse_other_files(start: bytes, file: BinaryIO) -> None:
    if not start:
        raise _empty()
    for magic, message in _KNOWN_BY_START.items():
        if start.startswith(magic) and (b"\0" in start or magic not in _ALSO_WORDS):
            raise Refused(message)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB_PAGE_STARTS):
        raise Refused(_WEB_PAGE)
    if start.startswith(_OLD_EXCEL):
        raise Refused(_what_is_wrong_with_old_excel(start, file))


def _what_is_wrong_with_old_excel(start: bytes, file: BinaryIO) -> str:
    """Excel wraps what it encrypts in the container of its old format."""
    file.seek(-min(file.seek(0, 2), SAMPLE), 2)
    if "EncryptedPackage".encode("utf-16-le") in start + file.read():
        return N_("The file is protected by a password. Save it without one and try again.")
    return N_(
        "The file is in an old Office format. Save it as an Excel workbook (.xlsx) and try again."
    )


def _empty() -> Refused:
    return Refused(N_("The file is empty. It must have at least one row below the headings."))
