"""Numbers of a workbook as the texts people see: a date is a number with a format for dates."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from portal.base.sheet_xml import Attributes, Handler

# Day 0 as Excel counts. It takes 1900 for a leap year, so this holds from 1 March 1900 on.
ERA_1900 = 0
ERA_1904 = 1462
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001
_LAST_DAY = 2_958_466  # the first day of the year 10000

DATE = "date"
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ZEROS = re.compile("0{2,40}")
_LONGEST_NUMBER = 40


class Styles(Handler):
    """What each style makes of a number: a date, so many digits at least, or nothing special."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}
        self._styles: list[str] = []
        self._in_cells = False

    def of(self, style: str) -> str:
        index = whole(style)
        return self._styles[index] if 0 <= index < len(self._styles) else ""

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = _kind(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            number = attributes.get("numFmtId", "")
            is_date = whole(number) in _DATE_FORMATS
            self._styles.append(self._formats.get(number, DATE if is_date else ""))

    def end(self, name: str) -> None:
        super().end(name)
        if name == "cellXfs":
            self._in_cells = False


def whole(text: str) -> int:
    """The number that a file counts or points with; -1 when it is none that could be meant."""
    return int(text) if len(text) < 9 and text.isdecimal() else -1


def number_text(value: str, style: str, era: int) -> str:
    """123456 and never 123456.0 or 1.2E+11; a date as 2026-11-22; 0042 where it is shown so."""
    if style == DATE:
        return _date_text(value, era)
    if not value.isdecimal():
        value = _plain(value)
    return value.zfill(len(style))


def _kind(code: str) -> str:
    if _ZEROS.fullmatch(code):
        return code
    letters = _NOT_LETTERS.sub("", code.partition(";")[0]).lower()
    return DATE if re.search("[ymdhs]", letters) and "general" not in letters else ""


def _plain(value: str) -> str:
    try:
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > _LONGEST_NUMBER:
            return value
        if number == number.to_integral_value():
            return f"{number:.0f}"
        # Excel shows 15 digits, and writes 17: 0.1 as 0.10000000000000001.
        return format(Decimal(format(float(number), ".15g")), "f")
    except InvalidOperation:
        return value


def _date_text(value: str, era: int) -> str:
    try:
        days = float(value)
    except ValueError:
        return value
    if not 0 <= days + era < _LAST_DAY:
        return value
    moment = _DAY_0 + timedelta(seconds=round((days + era) * 86_400))
    if days < 1:
        return moment.strftime("%H:%M:%S")
    return moment.strftime(
        "%Y-%m-%d" if moment.time() == moment.min.time() else "%Y-%m-%d %H:%M:%S"
    )
