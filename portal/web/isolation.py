"""Names that are written from right to left, in the midst of our sentences.

Signs that nobody sees keep each to itself: without them it would draw the words, numbers and
quotation marks around it along to the wrong side.
"""

import re
from collections.abc import Mapping
from typing import Any

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_BEGIN, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
SIGNS = {ord(_BEGIN): None, ord(_END): None}


def isolated(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is filled into a sentence, each that needs it kept to itself."""
    return {name: _alone(value) for name, value in values.items()}


def _alone(value: Any) -> Any:
    if not isinstance(value, str) or value.isascii() or not _RIGHT_TO_LEFT.search(value):
        return value
    return type(value)(_BEGIN) + value + _END  # what is markup stays so
