"""Keys that somebody could guess."""

import re
from operator import eq

_SHORTEST_KEY = 32
_FEWEST_CHARACTERS = 8  # a random key of hexadecimal digits has twice as many different ones
# Found in keys that somebody typed or copied. None is so short that a random key could hold it.
_COMMON = re.compile(
    r"change.?me|replace.?me|secret|passw?ord|default|example|insecure|develop|testing|qwerty"
    r"|abcdefgh|12345678",
    re.IGNORECASE,
)


def _repeats(key: str) -> bool:
    """Whether half of it or more is as so many characters before; by chance a sixteenth is."""
    return any(
        2 * sum(map(eq, key, key[part:])) >= len(key) - part for part in range(1, len(key) // 2 + 1)
    )


def weak(name: str, key: str) -> str:
    if len(key) < _SHORTEST_KEY:
        weakness = f"is shorter than {_SHORTEST_KEY} characters"
    elif len(set(key)) < _FEWEST_CHARACTERS or _repeats(key):
        weakness = "repeats itself"
    elif _COMMON.search(key):
        weakness = "can be guessed"
    else:
        return ""
    return (
        f"{name} {weakness}; make one with"
        ' python3 -c "import secrets; print(secrets.token_hex(32))".'
    )
