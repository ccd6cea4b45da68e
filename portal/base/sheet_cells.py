"""What a cell of a sheet is to us: a short text, without what spreadsheets leave around it."""

import re
from collections.abc import Sequence

# The number a spreadsheet shows beside the row, and the texts of its cells.
Row = tuple[int, list[str]]

MAX_COLUMNS = 256
LONGEST = 2**21  # characters of one row, in whatever cells

# A spreadsheet takes a cell that begins like this for a formula. The full-width twins count,
# since East Asian versions read them as the plain signs.
_FORMULA_SIGNS = tuple("=+-@\t\r\0＝＋－＠")
_INVISIBLE = re.compile("[\0\u200b-\u200f\u2060\ufeff]")
_ODD = re.compile("[\0='\xa0\u2007\u200b-\u200f\u202f\u2060\ufeff]")
_SPACES = re.compile("[\xa0\u2007\u202f]")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')


def tidy(cells: Sequence[str]) -> list[str]:
    """Trim the cells of a row; nearly all rows need no more, so the rest is asked of few."""
    if _ODD.search("".join(cells)):
        return [_unwrapped(cell) for cell in cells]
    return [cell.strip() for cell in cells]


def guarded(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would run it as a formula."""
    return f"'{text}" if _runs(text) else text


def _runs(text: str) -> bool:
    return text.startswith(_FORMULA_SIGNS) or text.lstrip().startswith(_FORMULA_SIGNS)


def _unwrapped(cell: str) -> str:
    if cell.startswith("'") and _runs(cell[1:]):
        cell = cell[1:]  # the apostrophe is ours, or that of a program as careful
    text = _SPACES.sub(" ", _INVISIBLE.sub("", cell)).strip()
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return kept[1].strip() if kept else text
