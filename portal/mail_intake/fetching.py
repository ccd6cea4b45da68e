"""Mails are fetched from a mailbox; each is marked as read once it is kept here."""

import logging
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.consts import MailMessageFlags

from portal.mail_intake.rules import MOST_BYTES

Keep = Callable[[bytes, Sequence[str], bool], None]
_TIMEOUT = 30.0
_log = logging.getLogger(__name__)


def fetch(url: str, keep: Keep) -> int:
    """Take over what nobody has read yet, and tell how many mails that were.

    Should we end between the two, a mail comes once more, and is known by its number.
    """
    number = 0
    with _mailbox(url) as box:
        for uid in box.uids(AND(seen=False)):
            raw = _content(box, uid)
            if raw is None:
                _log.warning("mail %s is gone from the mailbox", uid)
                continue
            keep(raw, (), False)
            box.flag([uid], MailMessageFlags.SEEN, True)
            number += 1
    return number


def _content(box: BaseMailBox, uid: str) -> bytes | None:
    """A mail as it is; of one that is too large, what stands at its beginning."""
    # PEEK: what we could not keep stays unread.
    size = _answer(box, uid, "(RFC822.SIZE)")
    told = b" ".join(each if isinstance(each, bytes) else each[0] for each in size)
    found = told.partition(b"RFC822.SIZE ")[2].split(b")")[0].split(b" ")[0]
    large = found.isdigit() and int(found) > MOST_BYTES
    part = f"(BODY.PEEK[]<0.{MOST_BYTES + 1}>)" if large else "(BODY.PEEK[])"
    for each in _answer(box, uid, part):
        if isinstance(each, tuple):
            content: bytes = each[1]
            return content
    return None


def _answer(box: BaseMailBox, uid: str, what: str) -> list[Any]:
    status, answer = box.client.uid("fetch", uid, what)
    return [each for each in answer if each] if status == "OK" else []


@contextmanager
def _mailbox(url: str) -> Iterator[BaseMailBox]:
    where = urlsplit(url)
    host, folder = where.hostname or "localhost", unquote(where.path.strip("/")) or "INBOX"
    trust = ssl.create_default_context()
    if where.scheme == "imaps":
        box: BaseMailBox = MailBox(host, where.port or 993, timeout=_TIMEOUT, ssl_context=trust)
    elif where.scheme == "imap+starttls":
        box = MailBoxStartTls(host, where.port or 143, timeout=_TIMEOUT, ssl_context=trust)
    else:
        box = MailBoxUnencrypted(host, where.port or 143, timeout=_TIMEOUT)
    user, password = unquote(where.username or ""), unquote(where.password or "")
    with box.login(user, password, initial_folder=folder) as opened:
        yield opened
