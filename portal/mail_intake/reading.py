"""A mail as it is understood: who wrote it, to which addresses, what is new, what is along."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import getaddresses
from hashlib import sha256

from portal.base.files import safe_name
from portal.mail_intake.automatic import automatic
from portal.mail_intake.html_text import text_of
from portal.mail_intake.mime import Apart, Part, take_apart
from portal.mail_intake.quoting import new_in
from portal.mail_intake.rules import LONGEST_ID, Reason
from portal.service_requests.rules import LONGEST_TEXT, whole_text

MOST_TEXT = 1_000_000  # bytes of a part that is read as text
_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_MOST_ADDRESSES = 200
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)
_ID = re.compile(r"<[^\s<>]{1,900}>")
_SEALED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"}
)
# What programs add by themselves, and nobody means to send.
_CHAFF = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
)
_PGP = "-----BEGIN PGP MESSAGE-----"
_ENDINGS = {"text/plain": "txt", "text/html": "html", "text/calendar": "ics", "image/jpeg": "jpg"}


@dataclass(slots=True)
class Letter:
    message_id: str = ""
    sender: str = ""  # in lower case; empty where it says none
    sender_name: str = ""
    subject: str = ""
    recipients: list[str] = field(default_factory=list)
    text: str = ""  # what is new in it
    whole: str = ""  # all that is new, where that is more than a message holds
    written: str = ""  # all that is written, with what it answers
    attachments: list[Part] = field(default_factory=list)
    reason: Reason | None = None  # why it cannot become a message, as far as it says itself
    digest: str = ""

    def named(self) -> Iterator[tuple[str, Part]]:
        for number, part in enumerate(self.attachments, 1):
            ending = _ENDINGS.get(part.kind) or part.kind.rpartition("/")[2]
            if part.kind == "message/rfc822":
                ending = "eml"
            yield safe_name(part.name or f"vedlegg-{number}.{ending}"), part


def read_letter(
    raw: bytes, *, recipients: Sequence[str] = (), returned: bool = False, here: str
) -> Letter:
    """`recipients`: as the mail server was told; without, as the mail says. Nothing here raises."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    apart = take_apart(raw)
    letter = Letter(digest=sha256(raw[apart.body :]).hexdigest())
    name, sender = _sender(apart)
    letter.sender, letter.sender_name = sender[:320], _line(name, 120)
    letter.subject = _line(apart.headers.words("subject"), 200)
    letter.message_id = _message_id(apart, raw)
    letter.recipients = list(recipients) or list(_addressed(apart))
    letter.written, letter.attachments = _divided(raw, apart)
    letter.text = new_in(letter.written)
    if len(letter.text) > LONGEST_TEXT - 1_000:
        letter.whole, letter.text = letter.text, letter.text[: LONGEST_TEXT - 1_000]
    letter.text = whole_text(letter.text, field="text")
    letter.reason = automatic(
        apart, sender=sender, subject=letter.subject, returned=returned, here=here
    ) or _unreadable(apart, letter)
    return letter


def _unreadable(apart: Apart, letter: Letter) -> Reason | None:
    if apart.strange:
        return Reason.STRANGE
    sealed = any(part.kind in _SEALED for part in apart.parts)
    signed = "signed" in apart.parameters.get("smime-type", "")
    if (sealed and not signed) or _PGP in letter.text:
        return Reason.ENCRYPTED
    if not letter.text and not letter.attachments:
        return Reason.EMPTY
    return None


def _divided(raw: bytes, apart: Apart) -> tuple[str, list[Part]]:
    """What is to be read, and what is sent along with it."""
    texts: list[Part] = []
    pages: list[Part] = []
    rest: list[Part] = []
    for part in apart.parts:
        shown = not part.is_attached and not part.name
        if part.kind == "text/plain" and shown:
            texts.append(part)
        elif part.kind == "text/html" and shown:
            pages.append(part)
        elif part.kind not in _CHAFF and part.end > part.start:
            rest.append(part)
    text = "\n\n".join(each.written(raw, MOST_TEXT) for each in texts)[:MOST_TEXT]
    if not text.strip() and pages:
        html = "\n".join(each.written(raw, MOST_TEXT) for each in pages)[:MOST_TEXT]
        text = text_of(html)
    return text, [part for part in rest if not _is_decoration(part)]


def _is_decoration(part: Part) -> bool:
    """The logo of a signature: a small picture that only the page itself shows."""
    is_inside = part.within == "multipart/related" and bool(part.headers.first("content-id"))
    return is_inside and part.kind.startswith("image/") and part.end - part.start < 30_000


def _sender(apart: Apart) -> tuple[str, str]:
    """The name and the address it says it is from; only where it says one."""
    told = [each[:1_000] for each in apart.headers.all("from")]
    found = getaddresses([each for each in told if each.count("(") < 50])
    if len(told) != 1 or len(found) != 1:
        return "", ""
    name, address = found[0]
    if not _ADDRESS.fullmatch(address):
        return "", ""
    return apart.headers.words("from").rpartition("<")[0].strip(' "') or name, address.lower()


def _addressed(apart: Apart) -> Iterator[str]:
    found = (
        address.lower()
        for name in _TO
        for value in apart.headers.all(name)
        for address in _ADDRESS.findall(value)
    )
    for number, address in enumerate(dict.fromkeys(found)):
        if number < _MOST_ADDRESSES:
            yield address


def _message_id(apart: Apart, raw: bytes) -> str:
    """As it says, where that can be kept as it is; else a number made of what it says."""
    said = _ID.search(apart.headers.first("message-id")[:2_000])
    if said and len(said[0]) <= LONGEST_ID and said[0].isascii() and said[0].isprintable():
        return said[0]
    made = sha256(said[0].encode() if said else raw).hexdigest()
    return f"<{made}@{'long' if said else 'none'}>"


def _line(text: str, most: int) -> str:
    seen = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(seen.split())[:most]
