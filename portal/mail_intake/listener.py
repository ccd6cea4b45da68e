"""A small mail server for answers, behind the provider's own: it says yes once a mail is kept."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.base.reply_addresses import domain_of
from portal.mail_intake.rules import MOST_BYTES

Keep = Callable[[bytes, Sequence[str], bool], None]
_AT_ONCE = 4  # mails that are written at a time
_SILENCE = 60.0  # seconds after which a caller who says nothing is let go
_MOST_LINES = 1_000_000
_log = logging.getLogger(__name__)
# The library writes down all that is said, and in addresses of ours stands what lets people in.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Handler:
    """What is said to whoever brings mail."""

    def __init__(self, keep: Keep, reply_address: str, *, lmtp: bool) -> None:
        self._keep, self._lmtp = keep, lmtp
        self._domain = domain_of(reply_address)
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _told: list[str]
    ) -> str:
        """Mail for others is not passed on; for ours, what is before the @ is looked at later."""
        if address.rpartition("@")[2].lower() != self._domain:
            return "550 5.7.1 Not for us"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def kept(self, raw: bytes, envelope: Envelope) -> str:
        recipients = list(envelope.rcpt_tos)
        returned = (envelope.mail_from or "").strip("<>") == ""
        try:
            async with self._free:
                await asyncio.to_thread(self._keep, raw, recipients, returned)
        except Exception as error:  # whatever it was, the mail is not ours yet
            _log.exception("a mail could not be kept: %s", type(error).__name__)
            answer = "451 4.3.0 Try again later"
        else:
            answer = "250 2.0.0 Kept"
        # Over LMTP each recipient gets an answer of its own.
        return "\r\n".join([answer] * (len(recipients) if self._lmtp else 1))


class _Conversation(SMTP):
    """A mail is read into one place: the library's own way makes an object of every line."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        envelope = self.envelope
        assert envelope is not None
        if not self.session or not self.session.host_name or arg or not envelope.rcpt_tos:
            await self.push("503 5.5.1 First say who you are, and who it is for")
            return
        await self.push("354 End with a dot on a line of its own")
        raw = await self._read()
        handler: Handler = self.event_handler
        answer = "552 5.3.4 Too large" if raw is None else await handler.kept(raw, envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    async def _read(self) -> bytes | None:
        """What comes before the dot; None, and all of it read, when that is too much."""
        raw, lines, begins = bytearray(), 0, True
        while True:
            try:
                line = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as long:
                line = await self._reader.read(max(long.consumed, 1))
            if begins and line == b".\r\n":
                break
            if begins and line.startswith(b"."):
                line = line[1:]
            begins = line.endswith(b"\r\n")
            lines += begins
            if len(raw) <= MOST_BYTES and lines <= _MOST_LINES:
                raw += line
        return bytes(raw) if len(raw) <= MOST_BYTES and lines <= _MOST_LINES else None


class _Local(_Conversation, LMTP):
    """The same over LMTP."""


class Listener:
    """Runs in a thread of its own until it is stopped."""

    def __init__(
        self, keep: Keep, reply_address: str, *, host: str, port: int, lmtp: bool = False
    ) -> None:
        self.port, self._host, self._lmtp = port, host, lmtp
        self._reply_address = reply_address
        self._handler = Handler(keep, reply_address, lmtp=lmtp)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Listen; an address that is taken raises."""
        starting = self._loop.create_server(self._conversation, self._host, self.port)
        self._server = self._loop.run_until_complete(starting)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        if self._server:
            self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _conversation(self) -> SMTP:
        told: dict[str, Any] = {
            "data_size_limit": MOST_BYTES,
            "timeout": _SILENCE,
            "hostname": domain_of(self._reply_address),
            "ident": "portal",
            "loop": self._loop,
        }
        return (_Local if self._lmtp else _Conversation)(self._handler, **told)
