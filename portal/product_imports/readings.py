"""How single cells are read. Each takes the text of a cell, and notes what is wrong with it."""

import re
import unicodedata

from portal.base.sheet_cells import UNREADABLE
from portal.product_imports.columns import Field
from portal.product_imports.faults import Fault, FaultKind, fault
from portal.products.rules import LENGTHS, LONGEST, MAC, SHAPES, SHORTEST, bare

MOST = 100_000  # devices in one row
LIMITS = {
    Field.SITE: 80,
    Field.ROOM: 80,
    Field.ASSET_TAG: 40,
    Field.HOLDER: 120,
    Field.INSTALLED_VERSION: 40,
}
_SHORTEST_LIMIT = min(LIMITS.values())
_BLANK = {"", "-", "–", "—", "?", "n/a", "na", "none", "null", "ukjent", "unknown", "mangler"}
NO_MAC = {"0" * 12, "F" * 12}
_LABEL = re.compile(r"^(S/?N|SERIAL(\s*(NO|NUMBER))?|MAC)\s*[.:#]+\s*", re.IGNORECASE)
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)
_ONLY_LETTERS_AND_DIGITS = re.compile("[A-Z0-9]+")
_WHOLE = re.compile(r"(\d{1,3}(?:[.,]\d{3})+|\d{1,9})([.,]0{1,2})?(stk\.?|pcs\.?)?")
_UNPRINTABLE = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]+"
)


def read_serial(row: int, text: str, pattern: str, found: list[Fault]) -> str | None:
    """A serial number in any case, with the separators people put into it."""
    if text.casefold() in _BLANK:
        return None
    serial = bare(_LABEL.sub("", text))
    wanted = LENGTHS.get(pattern, f"{SHORTEST}–{LONGEST}")
    kind = None
    if UNREADABLE in text:
        kind = FaultKind.UNREADABLE
    elif _ROUNDED.fullmatch(text):
        kind = FaultKind.ROUNDED
    elif not _ONLY_LETTERS_AND_DIGITS.fullmatch(serial):
        kind = FaultKind.SERIAL_CHARACTERS
    elif len(serial) < SHORTEST:
        kind = FaultKind.SERIAL_TOO_SHORT
    elif len(serial) > LONGEST:
        kind = FaultKind.SERIAL_TOO_LONG
    if kind:
        found.append(fault(kind, row, Field.SERIAL_NUMBER, text, wanted))
        return None
    if not SHAPES[pattern].fullmatch(serial):
        found.append(fault(FaultKind.SERIAL_UNUSUAL, row, Field.SERIAL_NUMBER, text))
    return serial


def read_mac(row: int, text: str, found: list[Fault]) -> str | None:
    """Twelve capitals and digits, whatever separates them."""
    if text.casefold() in _BLANK:
        return None
    mac = bare(_LABEL.sub("", text))
    if MAC.fullmatch(mac) and mac not in NO_MAC:
        return mac
    kind = FaultKind.ROUNDED if _ROUNDED.fullmatch(text) else FaultKind.MAC_WRONG
    if UNREADABLE in text:
        kind = FaultKind.UNREADABLE
    found.append(fault(kind, row, Field.MAC, text))
    return None


def read_number(row: int, text: str, *, is_device: bool, found: list[Fault]) -> int:
    """How many devices a row stands for: one when it does not say."""
    blank = text.casefold() in _BLANK
    whole = _WHOLE.fullmatch("".join(text.split()).casefold())
    number = 1 if blank else int(re.sub("[.,]", "", whole[1])) if whole else 0
    if not 1 <= number <= MOST:
        found.append(fault(FaultKind.NUMBER_WRONG, row, Field.NUMBER, text, MOST))
    elif is_device and number > 1:
        found.append(fault(FaultKind.NUMBER_NOT_ONE, row, Field.NUMBER, text))
    elif not is_device and blank:
        found.append(fault(FaultKind.COUNTED, row, None))
    return number


def is_plain(text: str) -> bool:
    """Whether a text, or several together, can be kept as it is; nearly all can."""
    return (
        len(text) <= _SHORTEST_LIMIT
        and text.isprintable()
        and "=" not in text
        and UNREADABLE not in text
        and (text.isascii() or unicodedata.is_normalized("NFC", text))
    )


def read_text(row: int, field: Field, text: str, found: list[Fault]) -> str:
    """A text on one line, within what can be stored, and a formula as the text that it is."""
    limit = LIMITS[field]
    if len(text) > limit and "\n" in text:
        found.append(fault(FaultKind.OPEN_QUOTATION, row, field, text))
        return ""
    if UNREADABLE in text:
        found.append(fault(FaultKind.UNREADABLE, row, field, text))
        return ""
    # What is far too long is not worked on, whatever blanks there are in it.
    far_too_long = len(text) > limit * 10
    one_line = "" if far_too_long else " ".join(_UNPRINTABLE.sub(" ", text).split())
    written = unicodedata.normalize("NFC", one_line)
    if far_too_long or len(written) > limit:
        found.append(fault(FaultKind.TEXT_TOO_LONG, row, field, text, limit))
        return ""
    if written.startswith("="):
        found.append(fault(FaultKind.FORMULA, row, field, text))
    return written
