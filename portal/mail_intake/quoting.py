"""What is new in an answer: without the mail that it answers, which every program puts below.

Our own mails begin with a line that says so, in the reader's language. What a program marks as
quoted goes where nothing is written below it; what is written between and below stays.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby

from portal.web.catalogues import catalogue
from portal.web.locale import LANGUAGES
from portal.web.mail import MARKER

_OPENS = re.compile(
    r"(?:Den|På|Kl\.?|On|Am|Le|ma|ti|to|fr|lø|sø|man|tirs?|ons|tors?|fre|lør|søn|mån|tis|lör|sön"
    r"|\d+)\b",
    re.IGNORECASE,
)
_WROTE = re.compile(r"\b(?:skrev|skreiv|wrote|skrifaði|kirjoitti|schrieb|a écrit)\b", re.IGNORECASE)
_LONGEST = 600  # signs of a sentence that says who wrote what is quoted, over as many lines
_MOST_LINES = 3
_ORIGINAL = re.compile(
    r"[-_ ]{2,40}(?:Opprinnelig melding|Original melding|Opphavleg melding"
    r"|Oprindelig meddelelse|Ursprungligt meddelande|Original message|Videresendt melding"
    r"|Forwarded message)[-_ ]{2,40}|_{20,}",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:Fra|Frå|Från|From|Von) ?:", re.IGNORECASE)
_DATE = re.compile(r"\*?(?:Sendt|Skickat|Sent|Dato|Date|Datum|Gesendet) ?:", re.IGNORECASE)
_SUBJECT = re.compile(r"\*?(?:Emne|Ämne|Subject|Betreff) ?:", re.IGNORECASE)
_LONGEST_HEADER = 12  # lines


def new_in(text: str) -> str:
    """What was written, and nothing of what it answers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    lines = [line.rstrip() for line in text.strip().split("\n")]
    end = _end(lines)
    kept = lines[:end]
    if end < len(lines):
        _drop_who_wrote(kept)
    return "\n".join(_unquoted(kept)).strip()


def _end(lines: list[str]) -> int:
    """Where a whole mail begins that is not marked as quoted: nothing below can be told from it."""
    for at, line in enumerate(lines):
        if _marker().fullmatch(line) or (_FROM.match(line) and _is_header(lines, at)):
            return at
    return len(lines)


def _is_header(lines: list[str], at: int) -> bool:
    """From whom, when and about what. Two of them are also in many a log that people send."""
    block = []
    for line in lines[at : at + _LONGEST_HEADER]:
        if not line:
            break
        block.append(line)
    return all(any(map(each.match, block)) for each in (_DATE, _SUBJECT))


def _unquoted(lines: list[str]) -> list[str]:
    """A quotation between the lines of an answer belongs to it; one below it does not, and neither
    does our whole mail above it."""
    blocks = list(_blocks(lines))
    if blocks and blocks[-1][0]:
        blocks.pop()
        if blocks:
            _drop_who_wrote(blocks[-1][1])
    is_single = sum(quoted for quoted, _lines in blocks) == 1
    kept: list[str] = []
    for quoted, block in blocks:
        ours = quoted and any(map(_is_marked, block))
        if quoted and (ours or "@" in " ".join(kept[-_MOST_LINES:])):
            _drop_who_wrote(kept)
        if not (ours and is_single):
            kept += [line for line in block if not (ours and _is_marked(line))]
    return kept


def _blocks(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """What is quoted and what is not, in turn. An empty line is of what stands above it, and one
    between two quoted lines is so as well."""
    quoted = [line.startswith(">") for line in lines]
    below = False
    for at in range(len(lines) - 1, -1, -1):
        if lines[at]:
            below = quoted[at]
        else:
            quoted[at] = below
    above = False
    for at, line in enumerate(lines):
        above = quoted[at] = quoted[at] and (bool(line) or above)
    for is_quoted, each in groupby(range(len(lines)), key=quoted.__getitem__):
        yield is_quoted, [lines[at] for at in each]


def _drop_who_wrote(lines: list[str]) -> None:
    """Without the sentence at the end that introduces a quotation."""
    _drop_empty(lines)
    while lines and _ORIGINAL.fullmatch(lines[-1]):
        lines.pop()
        _drop_empty(lines)
    for number in range(1, min(_MOST_LINES, len(lines)) + 1):
        if _says_who_wrote(" ".join(lines[-number:])):
            del lines[-number:]
            break
    while lines and (not lines[-1] or _ORIGINAL.fullmatch(lines[-1])):
        lines.pop()


def _drop_empty(lines: list[str]) -> None:
    while lines and not lines[-1]:
        lines.pop()


def _says_who_wrote(text: str) -> bool:
    if not text.endswith(":") or len(text) > _LONGEST or not _OPENS.match(text):
        return False
    found = _WROTE.search(text)
    return found is not None and any(map(str.isdigit, text[: found.start()]))


def _is_marked(line: str) -> bool:
    return bool(_marker().fullmatch(line.lstrip("> ")))


@cache
def _marker() -> re.Pattern[str]:
    """The line in every language that we write in."""
    spoken = {catalogue(language).gettext(MARKER) for language in LANGUAGES}
    words = "|".join(re.escape(each.strip(" –-")) for each in sorted(spoken))
    return re.compile(rf"[^\w>]{{0,20}}(?:{words})[^\w>]{{0,20}}", re.IGNORECASE)
