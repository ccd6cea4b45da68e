"""What was scanned, and what it is."""

import re
from collections.abc import Iterable

from portal.catalogue.models import SerialPattern
from portal.products.rules import LONGEST, SHORTEST, bare, shape_of

# Labels and QR codes write "S/N: 8G18256D07EFEN", "SN=...", "SN8G18256D07EFEN", or a link with it.
_MARK, _NUMBER = r"(?<![A-Z0-9])(?:S/?N|SERIAL(?:\s*(?:NO|NUMBER))?)\.?", r"([A-Z0-9\-]{6,20})"
_MARKED = re.compile(
    rf"{_MARK}(?:\s*[:=#]\s*|\s+(?=[A-Z\-]*[0-9])){_NUMBER}|^{_MARK}{_NUMBER}$", re.I | re.A
)
# Anything else with a sign in it, such as an address, is no serial number, whatever is left of it.
_UNMARKED = re.compile(r"[A-Z0-9\-\s]+", re.I | re.A)


def serial_among(codes: Iterable[str]) -> str | None:
    """The most likely serial number among a label's codes; part numbers are there too."""
    codes = list(codes)
    marked = [it[1] or it[2] for code in codes if (it := _MARKED.search(code))]
    plain = [bare(text) for text in [*marked, *filter(_UNMARKED.fullmatch, codes)]]
    fitting = [text for text in plain if SHORTEST <= len(text) <= LONGEST and text.isalnum()]
    known = [text for text in fitting if shape_of(text) is not SerialPattern.UNKNOWN]
    return next(iter([*map(bare, marked), *known, *fitting]), None)
