"""What people type that others read, without what cannot be seen and tricks whoever reads it."""

import re
import unicodedata

from portal.base.words import N_, Refused

LONGEST_NAME = 120
_ONE_LINE = N_("Write the name on one line, and with nothing in it that cannot be seen.")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turn the text after them around

# What programs that show mails make a link of; an organization may be called as its web site is.
_ADDRESS = re.compile(r"[^\s@]@[^\s@]|://|\bwww\.|[\w-]\.[a-z]{2,}[/:?#]", re.IGNORECASE)
_HOST = re.compile(r"[^\W_][\w-]+\.[^\W\d_]{2,}")
_LEADS = N_("Write the name without addresses and links. After a full stop there is a blank.")

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def read_name(
    typed: str, *, missing: str = N_("Enter the name."), organization: bool = False
) -> str:
    """A name on one line. What no name has, such as a header of a mail, is refused, not mended."""
    if holds_unseen(typed):
        raise Refused(_ONE_LINE, field="name")
    name = " ".join("".join(each if each.isprintable() else " " for each in typed).split())
    if not name:
        raise Refused(missing, field="name")
    if len(name) > LONGEST_NAME:
        raise Refused(N_("Use at most %(most)s characters."), field="name", most=LONGEST_NAME)
    if leads_somewhere(name, organization=organization):
        raise Refused(_LEADS, field="name")
    return name


def holds_unseen(typed: str) -> bool:
    """Whether it breaks out of its line, or turns the text after it around."""
    kinds = {unicodedata.category(each) for each in typed}
    return bool(kinds & {"Cc", "Zl", "Zp"} or _TURNS.search(typed))


def leads_somewhere(name: str, *, organization: bool = False) -> bool:
    """Whether there is a link in it, or an address: our mails tell names to people anywhere."""
    folded = unicodedata.normalize("NFKC", name)
    return bool(_ADDRESS.search(folded) or (not organization and _HOST.search(folded)))


def plain_text(typed: str) -> str:
    """Lines as they were written, without signs that turn them around or cannot be shown."""
    lines = _TURNS.sub("", typed).strip().splitlines()
    return "\n".join(" ".join(_CONTROLS.sub(" ", line).split()) for line in lines)
