"""The numbers people read aloud: a prefix, the record's number, and a digit that catches slips.

References end in a Damm check digit (DESIGN §7). Master account IDs end in the GS1 check digit,
which is what the vendor's own, such as 1042-2107-3, carry. They are no secret: the scope protects.
"""

import re

from stdnum import damm, ean

_FIRST = 100_000  # so that the first reference is as long as the ten-thousandth
_LARGEST = 2**31 - 1  # what a column of ids holds


def reference(prefix: str, record_id: int) -> str:
    """P-1004216 for the product with id 421."""
    number = str(_FIRST + record_id)
    return f"{prefix}-{number}{damm.calc_check_digit(number)}"


def read_reference(prefix: str, text: str) -> int | None:
    """The record's id; None when this is no such reference. Any case, with or without prefix.

    Nor is a number that no record can have: a tracking number may end in the right digit.
    """
    digits = re.sub(r"[\s\-\N{EN DASH}]", "", text).upper().removeprefix(prefix)
    if not re.fullmatch(r"[0-9]{7,18}", digits) or not damm.is_valid(digits):
        return None
    record_id = int(digits[:-1]) - _FIRST
    return record_id if 0 < record_id <= _LARGEST else None


def master_account_id(number: int) -> str:
    """The nine digits of the account with this number (1 to 99,999,999), without dashes."""
    digits = f"{number:08}"
    return digits + ean.calc_check_digit(digits)


def read_master_account_id(text: str) -> str | None:
    """The nine digits as stored; None when it is no master account ID."""
    digits = re.sub(r"[\s\-\N{EN DASH}]", "", text)
    if not re.fullmatch(r"[0-9]{9}", digits) or ean.calc_check_digit(digits[:-1]) != digits[-1]:
        return None
    return digits


def write_master_account_id(digits: str) -> str:
    """1042-2107-3"""
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"
