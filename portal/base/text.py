"""Keys of what people write: to sort it as Norwegians do, and to find it however it was typed.

No database folds `Østby` so that `ostby` finds it, nor sorts `Aase` among the Å without a library
that need not be there. So both are settled here, and what is stored is plain text.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from unicodedata import combining, normalize

import snowballstemmer

_STRICT = (("aa", "å"), ("ae", "æ"), ("ä", "æ"), ("oe", "ø"), ("ö", "ø"))
_LOOSE = str.maketrans("åæø", "aao")
_FOREIGN = str.maketrans({"ð": "d", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n"})
_FOREIGN |= str.maketrans({"œ": "ø", "ŧ": "t", "þ": "th", "ü": "y"})

_SORTED = "abcdefghijklmnopqrstuvwxyzæøå"
_CODES = {letter: str(number) for number, letter in enumerate(_SORTED, 30)}
_SORT_PARTS = re.compile(rf"([0-9]+)|([{_SORTED}])|([\W_]+)|(.)", re.DOTALL)
_LONGEST_KEY = 240

# Each line is one thing, by the names that people call it.
SYNONYMS = """
headset = hodesett = hovudsett
firmware = fastvare
rma = retur = bytte = return = replacement
sr = ticket = tjenesteforespørsel = sak = case
release notes = versjonsnotater = utgivelsesmerknader
po = innkjøpsordre = bestilling = purchase order
true-up = justering = korrigering
eol = utgått = end of life
datasheet = datablad = dataark = data sheet
device = enhet = eining
license = lisens = licence
video bar = videobar
conference phone = konferansetelefon
desk phone = bordtelefon
speakerphone = høyttalertelefon = speaker phone
meeting room = møterom
"""

_ENGLISH, _NORWEGIAN = map(snowballstemmer.stemmer, ("english", "norwegian"))
_stemming = Lock()  # a stemmer holds the word it works on

_WORD = re.compile(r"[^\W_]+")
_APART = re.compile(r"[\W_]+")


def strict_key(text: str) -> str:
    """One spelling for each letter: Ødegaard and Oedegård alike, but not Odegard."""
    key = normalize("NFC", text).casefold()
    for written, letter in _STRICT:
        key = key.replace(written, letter)
    return key


@lru_cache(maxsize=65536)
def loose_key(text: str) -> str:
    """As typed by those without the letters: Ødegård, Oedegaard and Odegard all alike."""
    key = _plain(strict_key(text)).translate(_LOOSE)
    # A coarser net than the strict key, whatever was typed: Tåen, Taaen and Taen are one word.
    return re.sub("o[oe]+", "o", re.sub("a[ae]+", "a", key))


@lru_cache(maxsize=16384)
def sort_key(text: str) -> str:
    """... x y z æ ø å, with aa as å, without case, and 2.9 before 2.10.

    It is made of digits, two for each letter, because those are what every database sorts alike
    in every collation. Store it in a column, or sort by it in Python.
    """
    key = normalize("NFC", text).casefold().replace("aa", "å").translate({0xE4: "æ", 0xF6: "ø"})
    found = _SORT_PARTS.findall(_plain(key).strip())
    return "".join(_sort_code(*part) for part in found)[:_LONGEST_KEY]


@lru_cache(maxsize=8192)
def version_key(version: str) -> str:
    """3.9 before 3.10, 0225_0_0 before 0226_0_0; how it is printed is kept elsewhere."""
    return sort_key(version.strip().lower().removeprefix("v"))


def identifier(text: str) -> str:
    """A serial number, MAC address or the like, without case and separators."""
    return _APART.sub("", normalize("NFKC", text)).upper()


def _sort_code(number: str, letter: str, gap: str, other: str) -> str:
    if letter:
        return _CODES[letter]
    if gap:
        return "10"
    if number:
        digits = number.lstrip("0")[:99]
        return f"20{len(digits):02}{digits}"
    return f"90{ord(other):07}"


def _plain(text: str) -> str:
    """Without accents, but for the letters that are no accents in Norwegian."""
    if text.isascii():
        return text
    return "".join(map(_bare, text.translate(_FOREIGN)))


@lru_cache(maxsize=4096)
def _bare(letter: str) -> str:
    if letter in "æøå":
        return letter
    return "".join(part for part in normalize("NFKD", letter) if not combining(part))


def words_of(text: str) -> list[str]:
    return _WORD.findall(normalize("NFC", text).casefold())


@lru_cache(maxsize=65536)
def variants(word: str) -> frozenset[str]:
    """What a word is found as: itself, its stems, and the name of the thing it means.

    Raw and stemmed, for stems go astray: `lisens` is `lis` to the Norwegian stemmer, and
    `lisenser` is `lisens`. Two words are the same to a search when they share a variant.
    """
    forms = _forms(word)
    meant = {_THINGS[(form,)] for form in forms if (form,) in _THINGS}
    return frozenset(map(loose_key, forms)) | meant


def phrases(words: Sequence[str]) -> list[set[str]]:
    """For each word the things that it names together with its neighbors: a `video bar`."""
    found: list[set[str]] = [set() for _ in words]
    for length in range(2, _LONGEST_NAME + 1):
        for start in range(len(words) - length + 1):
            *before, last = words[start : start + length]
            names = ((*map(strict_key, before), form) for form in _forms(last))
            meant = {_THINGS[name] for name in names if name in _THINGS}
            for position in range(start, start + length):
                found[position] |= meant
    return found


@lru_cache(maxsize=65536)
def _forms(word: str) -> frozenset[str]:
    strict = strict_key(word)
    if len(word) <= 3 or not word.isalpha():
        return frozenset({strict})
    with _stemming:
        return frozenset({strict, _NORWEGIAN.stemWord(strict), _ENGLISH.stemWord(word)})


def _things() -> dict[tuple[str, ...], str]:
    """The names of each line of SYNONYMS, and what they are found as: the first of them."""
    things = {}
    for line in SYNONYMS.strip().splitlines():
        names = [words_of(name) for name in line.split("=")]
        for *before, last in names:
            for form in _forms(last):
                things[(*map(strict_key, before), form)] = loose_key("".join(names[0]))
    return things


_THINGS = _things()
_LONGEST_NAME = max(map(len, _THINGS))
