"""Addresses that answers by mail go to: one for each person and request, which nobody can guess.

`support+{token}@portal.example` is what an operator says; the token is the number of the row that
knows the person and the request, and a whole HMAC-SHA256 over all three. It is written in letters
and digits that mean the same in any case, since mail servers may change it, and fits into the 64
characters that an address has before its @.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MAC = 50  # digits that 256 bits take
_NUMBER = 6  # digits that the number of a row takes at most
_LONGEST_LOCAL = 64
_TEMPLATE = re.compile(
    r"([A-Za-z0-9._+=-]*)\{token\}([A-Za-z0-9._+=-]*)@([A-Za-z0-9.-]+)", re.ASCII
)
_TOKEN = re.compile(f"[1-9a-z][0-9a-z]{{0,{_NUMBER - 1}}}[0-9a-z]{{{_MAC}}}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What an address stands for. `as_note`: what staff answer to it is for staff alone."""

    number: int
    request_id: int
    user_id: int
    as_note: bool = False


def token_for(whose: Whose, *, secret_key: str) -> str:
    key = hmac.digest(secret_key.encode(), b"reply addresses", sha256)
    told = f"{whose.number} {whose.request_id} {whose.user_id} {int(whose.as_note)}"
    mac = int.from_bytes(hmac.digest(key, told.encode(), sha256), "big")
    return _written(whose.number) + _written(mac).rjust(_MAC, "0")


def is_genuine(token: str, whose: Whose, *, secret_key: str) -> bool:
    """Whether we wrote this very token. How long that takes gives nothing away."""
    return hmac.compare_digest(token, token_for(whose, secret_key=secret_key))


def number_in(token: str) -> int:
    """Of which row it says to be; believed by nobody before `is_genuine`."""
    return int(token[:-_MAC], 36)


def address_with(template: str, token: str) -> str:
    return template.replace("{token}", token)


def token_in(template: str, address: str) -> str | None:
    """The token of an address that looks like one of ours; empty when it has none that could be."""
    before, after, domain = _parts(template)
    local, _at, where = address.strip().lower().rpartition("@")
    if where != domain or not (local.startswith(before) and local.endswith(after)):
        return None
    if len(local) <= len(before) + len(after):
        return None
    token = local[len(before) : len(local) - len(after)]
    return token if _TOKEN.fullmatch(token) else ""


def domain_of(template: str) -> str:
    return _parts(template)[2]


def wrong_template(template: str) -> str:
    """Why no address can be made of it; empty when one can."""
    if not template:
        return ""
    found = _TEMPLATE.fullmatch(template)
    if not found:
        return "REPLY_ADDRESS must look like support+{token}@portal.example."
    most = _LONGEST_LOCAL - _MAC - _NUMBER
    if len(found[1]) + len(found[2]) > most:
        return f"REPLY_ADDRESS can have at most {most} characters beside {{token}} before its @."
    return ""


def _parts(template: str) -> tuple[str, str, str]:
    found = _TEMPLATE.fullmatch(template)
    assert found, "The settings are checked when they are read."
    return found[1].lower(), found[2].lower(), found[3].lower()


def _written(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
