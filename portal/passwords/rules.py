"""Which passwords will do. Length is what counts; nobody is told which characters to use."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path

from portal.base.words import N_, Refused

SHORTEST, LONGEST = 15, 200
SHORTEST_BESIDE = 8  # where a second factor is asked for as well
LASTS = timedelta(minutes=60)  # how long a link to choose a password with is good for
_FEW_PIECES = 4
_BETWEEN = " -_.,"
_BLANKS = str.maketrans(dict.fromkeys(_BETWEEN, " "))  # as in kari_nordmann
_LOOKED_AT = 64  # characters, so that long ones cost no more
_RUNS = ("abcdefghijklmnopqrstuvwxyzæøå", "01234567890", "qwertyuiopå", "asdfghjkløæ", "zxcvbnm")
# What everybody thinks of who looks at the page.
_OURS = frozenset(
    {
        *("poly+ enterprise", "poly enterprise", "poly+", "poly", "enterprise"),
        *("plantronics", "polycom", "portal", "portalen", "støtteportal", "støtteportalen"),
        *("supportportal", "support portal"),
    }
)
_LETTERS = str.maketrans("013457@$!", "oleastasi")  # as in p@ssw0rd
_YEAR = re.compile(r"(19|20)[0-9]{2}")


def check_password(password: str, *, about: Iterable[str] = (), least: int = SHORTEST) -> None:
    """Refuse what is short, or guessed soon by someone who knows what it is about."""
    if len(password) < least:
        raise Refused(
            N_("Use at least %(least)s characters. A sentence is easy to remember."),
            field="password",
            least=least,
        )
    if len(password) > LONGEST:
        raise Refused(
            N_("Use at most %(most)s characters."),
            field="password",
            most=LONGEST,
        )
    if is_guessable(password, about):
        raise Refused(
            N_("This password is easy to guess. Put several words together that do not belong."),
            field="password",
        )


def is_guessable(password: str, about: Iterable[str] = ()) -> bool:
    """Whether it is put together from a few common words, runs of keys, years and repetitions."""
    text = _repeated(unicodedata.normalize("NFKC", password).casefold())[:_LOOKED_AT]
    own = {part for each in about for part in re.split(r"\W+", each.casefold()) if len(part) > 2}
    words = _common() | _OURS | own | {each.casefold() for each in about}
    written = {text, text.translate(_LETTERS), text.translate(_BLANKS)}
    return min(_pieces(each, words) for each in written) < _FEW_PIECES


def _repeated(text: str) -> str:
    """What the text says again and again; the text itself when it does not repeat itself."""
    for length in range(1, len(text) // 2 + 1):
        unit = text[:length]
        if (unit * (len(text) // length + 1))[: len(text)] == text:
            return unit
    return text


def _pieces(text: str, words: frozenset[str] | set[str]) -> int:
    """From how few pieces the text can be put together.

    A piece that was there before is free, and so is what only stands between two.
    """
    fewest = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        fewest[end] = fewest[end - 1] + (text[end - 1] not in _BETWEEN)
        for start in range(end - 2):
            piece = text[start:end]
            if piece in text[:start]:
                fewest[end] = min(fewest[end], fewest[start])
            elif piece in words or _is_run(piece):
                fewest[end] = min(fewest[end], fewest[start] + 1)
    return fewest[-1]


def _is_run(piece: str) -> bool:
    """One key again and again, neighbors on the keyboard or in the alphabet, a year."""
    if len(set(piece)) == 1 or _YEAR.fullmatch(piece):
        return True
    return any(piece in run or piece in run[::-1] for run in _RUNS)


@cache
def _common() -> frozenset[str]:
    lines = Path(__file__).with_name("common.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
