"""The cells of a workbook's sheet, gathered into rows while its XML goes by."""

import re
from functools import lru_cache
from sys import getsizeof

from portal.base.sheet_cells import LONGEST, MAX_COLUMNS, Row, too_wide
from portal.base.sheet_numbers import Styles, number_text, whole
from portal.base.sheet_xml import DAMAGED, TOO_MUCH, Attributes, Handler
from portal.base.words import N_, Refused

MAX_SHARED = 100_000_000  # bytes of memory for the texts that cells share
MAX_TEXT = 2**28  # characters of a whole sheet: a text that many cells share counts for each
_LAST_COLUMN = 16_384  # of any workbook
_REFERENCE = re.compile("[A-Z]{1,4}")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class SharedTexts(Handler):
    """The table of texts that cells point into, which has to be kept in memory."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._open = self._aside = False
        self._size = self._length = 0

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        self._open = name == "t" and not self._aside
        self._aside = self._aside or name == "rPh"  # how to pronounce it

    def end(self, name: str) -> None:
        super().end(name)
        self._open = False
        if name == "rPh":
            self._aside = False
        elif name == "si":
            text = _unescaped("".join(self._parts))
            self._parts.clear()
            self._length = 0
            self.texts.append(text)
            self._size += getsizeof(text) + 8
            if self._size > MAX_SHARED:
                raise Refused(TOO_MUCH)

    def text(self, data: str) -> None:
        if self._open:
            self._parts.append(data)
            self._length += len(data)
            if self._length > LONGEST:
                raise Refused(TOO_MUCH)


class RowReader(Handler):
    """Gathers rows. A row or a cell without a reference follows the one before it.

    Called several times for every cell of a sheet, so it is written for speed: the base class is
    not asked to count, and what most cells are, a text among the shared ones, is looked at first.
    """

    def __init__(self, shared: list[str], styles: Styles, era: int) -> None:
        self.rows: list[Row] = []
        self._shared, self._styles, self._era = shared, styles, era
        self._row = self._column = self._length = self._total = 0
        self._cells: list[str] = []
        self._kind = self._style = ""
        self._value: list[str] = []
        self._open = False

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        if name == "c":
            reference = attributes.get("r")
            self._column = _column(reference) if reference else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        elif name in {"v", "t"}:
            self._open = True
        elif name == "row":
            self._row = max(whole(attributes.get("r", "")), self._row + 1)
            self._column = self._length = 0

    def end(self, name: str) -> None:
        self.depth -= 1
        if name == "c":
            if self._value:
                self._put(self._text_of("".join(self._value)))
                self._value.clear()
        elif name in {"v", "t"}:
            self._open = False
        elif name == "row":
            self._total += self._length
            if self._total > MAX_TEXT:
                raise Refused(TOO_MUCH)
            self.rows.append((self._row, self._cells))
            self._cells = []

    def text(self, data: str) -> None:
        if self._open:
            self._value.append(data)
            self._length += len(data)
            if self._length > LONGEST:
                raise _too_long(self._row)

    def _put(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise _too_long(self._row)
        missing = self._column - len(self._cells) - 1
        if missing >= 0:
            if self._column > MAX_COLUMNS:
                raise too_wide()
            self._cells += [""] * missing
            self._cells.append(text)
        else:
            self._cells[self._column - 1] = text

    def _text_of(self, value: str) -> str:
        kind = self._kind
        if kind == "s":
            index = whole(value)
            return self._shared[index] if 0 <= index < len(self._shared) else ""
        if kind == "n":
            return number_text(value, self._styles.of(self._style), self._era)
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return value.removesuffix("T00:00:00") if kind == "d" else _unescaped(value)


def _column(reference: str) -> int:
    """B12 is in column 2."""
    letters = _REFERENCE.match(reference)
    if not letters:
        raise Refused(DAMAGED)
    return _number_of(letters[0])


@lru_cache(_LAST_COLUMN)
def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if number > _LAST_COLUMN:
        raise too_wide()
    return number


def _unescaped(text: str) -> str:
    """Excel writes control characters as _x000D_; halves of characters stay as they are."""

    def character(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return found[0] if 0xD800 <= code < 0xE000 else chr(code)

    return _ESCAPED.sub(character, text) if "_x" in text else text


def _too_long(row: int) -> Refused:
    return Refused(N_("Row %(row)s is far too long. Send one device in each row."), row=row)
