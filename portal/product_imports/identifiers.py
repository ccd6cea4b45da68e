"""Serial numbers and MAC addresses as they stand in lists."""

import re

SHORTEST, LONGEST = 6, 20
LENGTHS = {"headset": 6, "video": 14, "mac": 12}

MAC = re.compile("[0-9A-F]{12}")
SHAPES = {
    "headset": re.compile("[A-Z0-9]{6}"),
    "video": re.compile("8G[0-9]{4}[0-9A-F]{6}[A-Z]{2}"),
    "mac": MAC,
    "unknown": re.compile("[A-Z0-9]{6}|8G[0-9]{4}[0-9A-F]{6}[A-Z]{2}|[0-9A-F]{12}"),
}
_BETWEEN = re.compile(r"[\s\-_:./\u00a0\u200b\u2010-\u2015]+")


def bare(text: str) -> str:
    """What is left of an identifier without blanks and separators, in capitals."""
    left = _BETWEEN.sub("", text)
    return left.upper() if left.isascii() else left  # an ß would become SS
