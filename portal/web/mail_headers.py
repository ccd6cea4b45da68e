"""What stands above a mail: whom it is to, which mails it belongs with, where an answer goes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

from portal.base.jobs import Hopeless
from portal.web.isolation import SIGNS

LONGEST_SUBJECT = 70
LOOP = "X-Portal-Loop"  # our own mails are known by it, should one come back
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
# Longer lines are folded by writing them in code, which other programs do not read in Message-IDs.
_POLICY = policy.default.clone(max_line_length=990)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a mail stands among others. Of our own Message-IDs, the part before the @ is told."""

    own: str  # the same at every try
    root: str
    previous: str = ""  # what the reader had before: one of ours, or a whole Message-ID of theirs
    reply_to: str = ""
    about: str = "requests"  # what programs sort it by


def compose(
    *,
    to: str,
    sender: str,
    message_id: str,
    language: str,
    subject: str,
    text: str,
    html: str,
    at: datetime,
    answering: bool = False,
    thread: Thread | None = None,
    stop: str = "",
) -> EmailMessage:
    """A mail of two parts. Nothing that people wrote can begin a header of its own."""
    message = EmailMessage(policy=_POLICY)
    name, address = parseaddr(sender)
    try:
        message["From"] = Address(one_line(name), addr_spec=address)
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError, MessageError) as error:
        raise Hopeless("This is no e-mail address.") from error
    host = message_id.rpartition("@")[2].rstrip(">")
    message["Subject"] = one_line(subject)
    message["Date"] = at
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-replied" if answering else "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message[LOOP] = host
    if stop:  # RFC 8058: one press in the mail program is enough
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if thread:
        _join(message, thread, host, name=one_line(name))
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = language  # which `set_content` would have taken away
    return message


def _join(message: EmailMessage, thread: Thread, host: str, *, name: str) -> None:
    root = f"<{thread.root}@{host}>"
    before = thread.previous if "@" in thread.previous else f"<{thread.previous}@{host}>"
    known = bool(thread.previous) and _MESSAGE_ID.fullmatch(before) is not None
    message["In-Reply-To"] = before if known else root
    message["References"] = f"{root} {before}" if known else root
    message["List-Id"] = f"<{thread.about}.{host}>"
    if thread.reply_to:
        message["Reply-To"] = Address(name, addr_spec=thread.reply_to)


def one_line(text: str) -> str:
    """At most 70 characters without line breaks or anything else that cannot be seen.

    Python reads `=?utf-8?q?a=0AB?=` in a header that is set, and would write the line break.
    """
    plain = text.translate(SIGNS)
    seen = [" " if unicodedata.category(each)[0] in "CZ" else each for each in plain]
    line = " ".join("".join(seen).replace("=?", "= ?").split())
    if len(line) <= LONGEST_SUBJECT:
        return line
    return line[: LONGEST_SUBJECT - 1].rstrip() + "…"
