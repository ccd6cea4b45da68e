"""What nobody has read in a mailbox is fetched, and marked as read once it is kept."""

import re
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from portal.mail_intake import fetching

FETCH = re.compile(rb"(\w+) UID FETCH (\d+) \((.+)\)", re.IGNORECASE)


class Mailbox:
    """A small mail server: its mails by number, and which of them are read."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = dict(enumerate(mails, 1))
        self.read: set[int] = set()
        self.said: list[bytes] = []
        self.port = 0

    def answer(self, line: bytes) -> bytes:
        tag, _space, command = line.partition(b" ")
        self.said.append(command)
        upper, told = command.upper(), b""
        if upper.startswith(b"CAPABILITY"):
            told = b"* CAPABILITY IMAP4rev1\r\n"
        elif upper.startswith(b"LOGIN") and b"hemmelig" not in command:
            return tag + b" NO wrong\r\n"
        elif upper.startswith(b"SELECT"):
            told = b"* %d EXISTS\r\n" % len(self.mails)
        elif upper.startswith(b"UID SEARCH"):
            unread = [str(uid).encode() for uid in self.mails if uid not in self.read]
            told = b"* SEARCH " + b" ".join(unread) + b"\r\n"
        elif upper.startswith(b"LOGOUT"):
            told = b"* BYE\r\n"
        elif upper.startswith(b"UID STORE"):
            self.read.add(int(command.split()[2]))
        elif found := FETCH.match(line):
            told = self._fetched(int(found[2]), found[3])
        return told + tag + b" OK done\r\n"

    def _fetched(self, uid: int, what: bytes) -> bytes:
        raw = self.mails[uid]
        if what == b"RFC822.SIZE":
            return b"* %d FETCH (UID %d RFC822.SIZE %d)\r\n" % (uid, uid, len(raw))
        if cut := re.search(rb"<0\.(\d+)>", what):
            raw = raw[: int(cut[1])]
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (uid, uid, len(raw), raw)


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[str]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK hello\r\n")
            for line in self.rfile:
                self.wfile.write(mailbox.answer(line.strip()))
                if b"LOGOUT" in line.upper():
                    return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"imap://ola%40example.com:hemmelig@127.0.0.1:{server.server_address[1]}/Inn%20boks"
        server.shutdown()


class Kept:
    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.fails_at = -1

    def __call__(self, raw: bytes, recipients: Sequence[str], returned: bool) -> None:
        assert (list(recipients), returned) == ([], False)
        if len(self.raw) == self.fails_at:
            raise OSError("no room")
        self.raw.append(raw)


def test_unread_mails_are_kept_and_then_marked() -> None:
    mails = b"Subject: En\r\n\r\nHei\r\n", "Subject: To\r\n\r\nMøte\0\r\n".encode("latin-1")
    mailbox, kept = Mailbox(*mails), Kept()
    with serving(mailbox) as url:
        assert fetching.fetch(url, kept) == 2
        assert fetching.fetch(url, kept) == 0
    assert kept.raw == list(mails)
    assert mailbox.read == {1, 2}
    assert any(b"Inn boks" in each for each in mailbox.said)


def test_what_could_not_be_kept_stays_unread_and_comes_again() -> None:
    mailbox, kept = Mailbox(b"Subject: En\r\n\r\n", b"Subject: To\r\n\r\n"), Kept()
    kept.fails_at = 1
    with serving(mailbox) as url:
        with pytest.raises(OSError, match="no room"):
            fetching.fetch(url, kept)
        assert mailbox.read == {1}
        kept.fails_at = -1
        assert fetching.fetch(url, kept) == 1
    assert kept.raw == [b"Subject: En\r\n\r\n", b"Subject: To\r\n\r\n"]


def test_of_what_is_too_large_the_beginning_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 100)
    mailbox, kept = Mailbox(b"Subject: Stor\r\n\r\n" + b"a" * 1_000), Kept()
    with serving(mailbox) as url:
        assert fetching.fetch(url, kept) == 1
    assert len(kept.raw[0]) == 101
