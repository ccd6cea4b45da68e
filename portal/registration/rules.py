"""What was scanned, and what it is."""

import re
from collections.abc import Iterable

from portal.catalogue.models import SerialPattern
from portal.products.rules import LONGEST, SHORTEST, bare, shape_of

# Labels and QR codes write "S/N: 8G18256D07EFEN", "SN=...", "MAC 64167F...", or a link with both.
_MARKED = re.compile(r"(?:S/?N|SERIAL(?:\s*(?:NO|NUMBER))?)\s*[:=#]?\s*([A-Z0-9\-]{6,20})", re.I)


def serial_among(codes: Iterable[str]) -> str | None:
    """The most likely serial number among a label's codes; part numbers are there too."""
    marked = [match.group(1) for code in codes if (match := _MARKED.search(code))]
    plain = [bare(text) for text in [*marked, *codes]]
    fitting = [text for text in plain if SHORTEST <= len(text) <= LONGEST and text.isalnum()]
    known = [text for text in fitting if shape_of(text) is not SerialPattern.UNKNOWN]
    return next(iter([*map(bare, marked), *known, *fitting]), None)
