"""What is looked for, and what it is found by: plain tokens, the same for every database.

A token is a letter that says what it is, and then letters and digits only, so that nothing that
people type can be mistaken for an operator:

    w  a word as loosely spelled, its stem, or the thing it means   wodegard wheadset
    j  a word and a number after it, joined   jccx500
    h  t  e  three signs of an identifier: its head, every second place, its end   h8g2 tg22 e3qx
    a  the account and kind of the entry   a12k1
    k  its kind   k1
    p  somebody who wrote in it, and stays one who did   p7
    and whatever a feature marks its entries with, a letter and a number   m12

An identifier is known by every second three of its signs, which costs half of what all of them
would; what is found that way is held against the identifier itself.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, digits
from typing import NamedTuple

from portal.base.text import identifier, loose_key, phrases, variants, words_of

SHORTEST_FRAGMENT = 3
_TELLING = 2
_LONGEST_TOKEN = 40
_MOST_WORDS = 12  # of a query; of a text there are as many as there are
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]+)([0-9]+)")
_MAC_ADDRESS = re.compile("([0-9a-f]{2}[:.-]){2,5}[0-9a-f]{0,2}", re.IGNORECASE)  # or its beginning
_APART = re.compile(r"[\W_]+")
_MARK = re.compile("[bcdfgilmnopqrsuvxyz][0-9]+")


class Tokens(NamedTuple):
    """What an entry is found by: tokens, and the identifiers that fragments are held against."""

    words: frozenset[str]
    identifiers: str


@dataclass(frozen=True)
class Clause:
    """One of these must be so: a token is there, a word begins like this, an identifier has it."""

    tokens: frozenset[str] = frozenset()
    beginning: str = ""
    fragments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """Every one of the clauses must hold, and no entry may have a mark that is not wanted."""

    clauses: tuple[Clause, ...] = ()
    unwanted: frozenset[str] = frozenset()

    def narrowed(self, marks: Iterable[str]) -> "Query":
        """Only entries with one of these marks, such as those of a site."""
        return replace(self, clauses=(*self.clauses, Clause(tokens=_marks(marks))))

    def without(self, marks: Iterable[str]) -> "Query":
        """No entries with one of these: quicker than to ask for a mark that nearly all have."""
        return replace(self, unwanted=self.unwanted | _marks(marks))


def tokens_of(
    texts: Iterable[str] = (), *, identifiers: Iterable[str] = (), marks: Iterable[str] = ()
) -> Tokens:
    """What to index an entry by. Texts are words to read; identifiers are found by any part."""
    known = {folded for written in identifiers if (folded := _folded(written))}
    words = set(_marks(marks))
    for text in texts:
        words |= _words(text)
    for one in known:
        words |= {f"h{one[:3]}", f"e{one[-3:]}", *_threes(one)}
    return Tokens(frozenset(words), " ".join(sorted(known)))


def query_of(text: str, extra: Callable[[str], Iterable[str]] = lambda word: ()) -> Query:
    """Every word of `text`, or all of it as one identifier however it is grouped.

    `extra` gives the marks that a word stands for besides, such as those of the models it names;
    what is written in one, like the part number `2200-29242-001`, may name them as a whole.
    """
    if _MAC_ADDRESS.fullmatch(text.strip()):
        return inside(text)
    words = words_of(text)[:_MOST_WORDS]
    if text.strip() and not words:
        return Query((Clause(),))  # signs only: nothing is found by them
    grouped = len(words) > 1 and any(map(str.isdigit, text))
    whole = _fragments(text) if grouped else ()
    marks = [_marks(extra(word)) for word in words]
    if len(words) == 1:
        marks[0] |= _heads(text)
    if grouped:
        marks = [one | more for one, more in zip(marks, _groups(text, extra), strict=False)]
    return Query(
        tuple(
            Clause(
                tokens=_tokens(variants(word) | meant) | _joined(word) | named,
                beginning=_token(word) if len(word) > 1 else "",
                fragments=tuple(dict.fromkeys((*_fragments(word), *whole))),
            )
            for word, meant, named in zip(words, phrases(words), marks, strict=True)
        )
    )


def _groups(text: str, extra: Callable[[str], Iterable[str]]) -> list[frozenset[str]]:
    """For each word the marks of the groups it is a part of: what is written in one, and all."""
    everything = _marks(extra(text))
    found: list[frozenset[str]] = []
    for group in text.split():
        if len(found) >= _MOST_WORDS:
            break
        words = len(words_of(group))
        found += [everything | (_marks(extra(group)) if words > 1 else frozenset())] * words
    return found


def inside(*texts: str) -> Query:
    """The identifiers that have this in them, or one of these."""
    return Query((Clause(fragments=tuple(each for text in texts for each in _fragments(text))),))


def _heads(text: str) -> frozenset[str]:
    """Two signs alone may begin an identifier: whatever its third sign is, there is a token."""
    folded = _folded(text)
    if len(folded) != SHORTEST_FRAGMENT - 1 or not folded.isascii():
        return frozenset()
    return frozenset(f"h{folded}{sign}" for sign in ascii_lowercase + digits)


def threes_inside(fragment: str) -> list[list[str]]:
    """The tokens of an identifier with this fragment in it, for each place it may stand at.

    What the index holds begins at every second sign: at the fragment's first or at its second.
    So three signs are found at the head and at the end only, four and more anywhere. Of many the
    last tell most: devices of one make begin alike, and to ask for what all have takes long.
    """
    if len(fragment) == SHORTEST_FRAGMENT:
        return [[f"h{fragment}"], [f"e{fragment}"]]
    return [_threes(fragment)[-_TELLING:], _threes(fragment[1:])[-_TELLING:]]


@lru_cache(maxsize=16384)
def _words(text: str) -> frozenset[str]:
    words = words_of(text)
    found = set().union(*map(variants, words), *phrases(words))
    for word in words:
        if match := _LETTERS_THEN_DIGITS.fullmatch(word):
            found |= set(map(loose_key, match.groups()))  # `CCX500` is found by `ccx 500`
    both = ((one, other) for one, other in pairwise(words) if one.isalpha() and other.isdigit())
    return _tokens(found) | {_token(one + other, "j") for one, other in both}


def _joined(word: str) -> frozenset[str]:
    """`ccx500` finds `CCX 500`."""
    return frozenset({_token(word, "j")} if _LETTERS_THEN_DIGITS.fullmatch(word) else ())


def _tokens(words: Iterable[str]) -> frozenset[str]:
    return frozenset(token for token in map(_token, words) if token)


@lru_cache(maxsize=65536)
def _token(word: str, letter: str = "w") -> str:
    # Once more without separators, for letters such as a full stop in a circle come apart in one.
    bare = _APART.sub("", loose_key(word))
    return f"{letter}{bare[:_LONGEST_TOKEN]}" if bare else ""


def _threes(folded: str) -> list[str]:
    return [f"t{folded[start : start + 3]}" for start in range(0, len(folded) - 2, 2)]


def _fragments(text: str) -> tuple[str, ...]:
    """The text as part of an identifier, unless it looks like a word only."""
    folded = _folded(text)
    if len(folded) < SHORTEST_FRAGMENT:
        return ()
    if folded.isalpha() and (len(folded) > 6 or not folded.isascii()):
        return ()
    return (folded,)


def _folded(text: str) -> str:
    return identifier(text).lower()[:_LONGEST_TOKEN]


def _marks(marks: Iterable[str]) -> frozenset[str]:
    found = frozenset(marks)
    if not all(map(_MARK.fullmatch, found)):
        raise ValueError(f"A mark is a letter of its own and a number, unlike some of {found}.")
    return found
