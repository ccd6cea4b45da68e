"""What a cell of a sheet is to us: a short text, without what spreadsheets leave around it."""

import re
from collections.abc import Sequence
from itertools import islice

from portal.base.words import N_, Refused

# The number a spreadsheet shows beside the row, and the texts of its cells.
Row = tuple[int, list[str]]

MAX_COLUMNS = 256
LONGEST = 2**21  # characters of one row, in whatever cells

# A spreadsheet takes a cell that begins like this for a formula. The full-width twins count,
# since East Asian versions read them as the plain signs.
_FORMULA_SIGNS = tuple("=+-@\t\r\0＝＋－＠")
UNREADABLE = "\N{REPLACEMENT CHARACTER}"  # what stands for a byte that is no letter, a zero too
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_ODD = re.compile("[\0='\xa0\u2007\u200b-\u200f\u202f\u2060\ufeff]")
_SPACES = re.compile("[\xa0\u2007\u202f]")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')


def tidy(cells: Sequence[str]) -> list[str]:
    """Trim the cells of a row; nearly all rows need no more, so the rest is asked of few."""
    if _ODD.search("".join(cells)):
        return [_unwrapped(cell) for cell in cells]
    return [cell.strip() for cell in cells]


def within_width(cells: list[str]) -> list[str]:
    """The cells that a list may have, and of those beyond, where there are any, the first."""
    if len(cells) <= MAX_COLUMNS:
        return cells
    beyond = next((cell for cell in islice(cells, MAX_COLUMNS, None) if cell.strip()), "")
    return [*cells[:MAX_COLUMNS], beyond]


def too_wide() -> Refused:
    return Refused(
        N_("The sheet has more than %(limit)s columns. A device list has one device in each row."),
        limit=MAX_COLUMNS,
    )


def guarded(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would run it as a formula."""
    return f"'{text}" if _runs(text) else text


def _runs(text: str) -> bool:
    return text.startswith(_FORMULA_SIGNS) or text.lstrip().startswith(_FORMULA_SIGNS)


def _unwrapped(cell: str) -> str:
    if cell.startswith("'") and _runs(cell[1:]):
        cell = cell[1:]  # the apostrophe is ours, or that of a program as careful
    text = _SPACES.sub(" ", _INVISIBLE.sub("", cell.replace("\0", UNREADABLE))).strip()
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return kept[1].strip() if kept else text
