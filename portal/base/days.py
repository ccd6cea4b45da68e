"""Days as people write them."""

import re
from datetime import date

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NORWEGIAN = {"mai": "may", "okt": "oct", "des": "dec"}
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\s*[.\s/]\s*([0-9]{1,2}|[a-z]{3,9})\s*[.\s/]\s*([0-9]{4})")


def read_day(text: str) -> date | None:
    """31.12.2027, 31/12/2027, 31 Dec 2027, 31. desember 2027, 2027-12-31; None when it is none."""
    try:
        return date(*_parts(text))
    except ValueError:
        return None


def names_no_day(text: str) -> bool:
    """Whether it is written as a day, and there is none such: 29.02.2027. Telling how days are
    written helps nobody then.
    """
    try:
        return bool(_parts(text)) and read_day(text) is None
    except ValueError:
        return False


def _parts(text: str) -> tuple[int, int, int]:
    """The year, the month and the day."""
    text = text.strip().lower()
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError("not written as a day")
    return int(year), _month(month), int(day)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    begins = text[:3]
    return _MONTHS.index(_NORWEGIAN.get(begins, begins)) + 1
