"""The addresses that people type or paste, and how long an invitation lasts."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from portal.base.typed import LONGEST_NAME
from portal.base.words import N_, Refused

LASTS = timedelta(hours=72)
MOST = 50  # addresses at once
LONGEST_ADDRESS = 254
_SHOWN = 80  # characters of something that is no address
# Name <a@b>, "Name, with comma" <a@b>, or an address by itself, up to whatever separates them.
_PIECE = re.compile(
    r"""\s*(?: (?P<quoted>"[^"\r\n]*") \s* <(?P<first>[^<>]*)>
             | (?P<name>[^<>,;"\r\n]*) <(?P<second>[^<>]*)>
             | (?P<plain>[^\s,;]+) ) \s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Invitee:
    """Someone to invite: the address in lower case, and the name it was pasted with, if any."""

    email: str
    name: str = ""


def read_invitees(text: str) -> list[Invitee]:
    """Everyone in a text that is separated by commas, semicolons, spaces or lines, each once."""
    found: dict[str, Invitee] = {}
    wrong: list[str] = []
    for name, typed in _pieces(text):
        try:
            email = read_address(typed)
        except EmailNotValidError:
            wrong.append(typed[:_SHOWN])
        else:
            found.setdefault(email, Invitee(email, name))
    if wrong:
        raise Refused(
            N_("This is no e-mail address: %(texts)s."), field="emails", texts=", ".join(wrong)
        )
    if not found:
        raise Refused(N_("Enter at least one e-mail address."), field="emails")
    if len(found) > MOST:
        raise Refused(N_("Invite at most %(most)s people at a time."), field="emails", most=MOST)
    return list(found.values())


def read_address(typed: str) -> str:
    """As it is stored. Raises when mail cannot be sent to it, or would go to somebody else's."""
    if len(typed) > LONGEST_ADDRESS:
        raise EmailNotValidError
    found = validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    return found.normalized.lower()


def tidied(name: str) -> str:
    """A name without anything that cannot be seen: no line breaks, nothing that turns text."""
    seen = [" " if unicodedata.category(each)[0] in "CZ" else each for each in name]
    return " ".join("".join(seen).split())[:LONGEST_NAME].strip()


def _pieces(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    while at < len(text):
        if found := _PIECE.match(text, at):
            at = found.end()
            words = (found["quoted"] or found["name"] or "").strip().strip('"').split()
            given = (found["first"], found["second"], found["plain"])
            # Before a name, other addresses may stand that are separated from it by blanks.
            yield from (("", word) for word in words if "@" in word)
            name = " ".join(word for word in words if "@" not in word)
            yield tidied(name), next(part for part in given if part is not None).strip()
        else:
            at += 1
