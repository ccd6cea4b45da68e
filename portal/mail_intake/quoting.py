"""What is new in an answer: without the mail that it answers, which every program puts below.

Our own mails begin with a line that says so, in the reader's language. Where a program left it out,
the lines are looked for with which programs begin a quotation, in four languages.
"""

import re
from functools import cache

from mailparser_reply import EmailReplyParser

from portal.web.catalogues import catalogue
from portal.web.locale import LANGUAGES
from portal.web.mail import MARKER

_LOOKED_AT = 12_000  # characters in which the library looks: it looks at each of them many times
_LONGEST_LINE = 400
_PARSER = EmailReplyParser(languages=["en", "da", "sv"])
_DATED = r"[^\n]{0,200}\d[^\n]{0,200}"
_WROTE = re.compile(
    r"^(?:> ?)*(?:(?:Den|På|Kl\.?|On|Am|Le|ma|ti|on|to|fr|lø|sø|man|tirs?|ons|tors?|fre|lør|søn"
    r"|mån|tis|lör|sön|\d)\b"
    + _DATED
    + r")(?:skrev|skreiv|wrote|skrifaði|kirjoitti|schrieb|a écrit)"
    r"[^\n]{0,300}:[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
# The sentence is broken over two lines where it is long.
_BROKEN = re.compile(
    r"^(?:> ?)*(?:Den|On)\b" + _DATED + r"\n[^\n]{0,200}(?:skrev|skreiv|wrote)[^\n]{0,100}:[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^(?:> ?)*[-_ ]{2,40}(?:Opprinnelig melding|Original melding|Opphavleg melding"
    r"|Oprindelig meddelelse|Ursprungligt meddelande|Original message|Videresendt melding"
    r"|Forwarded message)[-_ ]{2,40}$",
    re.MULTILINE | re.IGNORECASE,
)
_FIELDS = re.compile(
    r"^(?:> ?)*\*?(?:Fra|Frå|Från|From|Von)[ \xa0]?:\*?[^\n]{1,300}\n"
    r"(?:(?:> ?)*[^\n]{0,300}\n){0,2}?"
    r"(?:> ?)*\*?(?:Sendt|Skickat|Sent|Dato|Date|Datum|Gesendet|Til|To|Till)[ \xa0]?:",
    re.MULTILINE | re.IGNORECASE,
)
_BEGINNINGS = (_WROTE, _BROKEN, _ORIGINAL, _FIELDS)
_RULE = re.compile(r"\n_{20,}[ \t]*\s*$")


def new_in(text: str) -> str:
    """What was written, and nothing of what it answers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    for cut in (_above_marker, _above_quotation, _above_header, _without_quoted_end):
        text = cut(text).strip()
    return _RULE.sub("", text).strip()


def _above_marker(text: str) -> str:
    """Nothing is below the line that asks for that, but what was sent along with it."""
    found = _marker().search(text)
    return text[: _line_start(text, found.start())] if found else text


def _above_quotation(text: str) -> str:
    head = text[: 8 * _LOOKED_AT]
    places = [found.start() for each in _BEGINNINGS if (found := each.search(head))]
    return text[: min(places)] if places else text


def _above_header(text: str) -> str:
    """As the library reads it, of as much as it reads in a moment."""
    head = text[:_LOOKED_AT]
    if max(map(len, head.split("\n")), default=0) > _LONGEST_LINE:
        return text
    found = [it for it in _PARSER.read(head).replies[1:] if it.headers]
    if not found or not found[0].headers:
        return text
    at = head.find(found[0].headers.split("\n")[0])
    return text[:at] if at > 0 else text


def _without_quoted_end(text: str) -> str:
    """A quotation between the lines of an answer belongs to it; one below it does not."""
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith(">")):
        lines.pop()
    return "\n".join(lines)


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


@cache
def _marker() -> re.Pattern[str]:
    """The line in every language that we write in."""
    spoken = {catalogue(language).gettext(MARKER) for language in LANGUAGES}
    return re.compile("|".join(map(re.escape, sorted(spoken))), re.IGNORECASE)
