"""Handing a mail to the mail server, and telling trouble that passes from a no that stays.

The line to it is kept for the next mail, until `hang_up`: greeting, encryption and signing in take
longer than a mail. Whatever goes wrong on a line, the next mail gets one of its own.
"""

import smtplib
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

_TIMEOUT = 10.0
_MOST_MAILS, _LONGEST_REST = 100, 20.0  # on one line; servers hang up by themselves some time
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Trouble(Exception):
    """The mail server cannot take the mail now, or we cannot know that it did."""


class Refused(Exception):
    """The mail server will never take this mail."""


@dataclass(slots=True)
class _Line:
    server: smtplib.SMTP
    url: str
    mails: int = 0
    used_at: float = field(default_factory=time.monotonic)

    def serves(self, url: str) -> bool:
        """Whether the server is still there for another mail."""
        rested = time.monotonic() - self.used_at
        if self.url != url or self.mails >= _MOST_MAILS or rested > _LONGEST_REST:
            return False
        try:
            return self.server.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False


_kept = threading.local()  # each thread has a line of its own, if any


def deliver(message: EmailMessage, url: str) -> None:
    """Returns once the server has said that the mail is its own now."""
    line = _line_to(url)
    try:
        line.server.send_message(message)
    except BaseException as error:
        hang_up()
        if isinstance(error, smtplib.SMTPException | OSError):
            raise _understood(error) from error
        raise
    line.mails, line.used_at = line.mails + 1, time.monotonic()


def hang_up() -> None:
    """Let the line go that this thread keeps, if it does."""
    line: _Line | None = getattr(_kept, "line", None)
    _kept.line = None
    if line:
        # It said yes or no already; how it says goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            line.server.quit()
        line.server.close()


def _line_to(url: str) -> _Line:
    line: _Line | None = getattr(_kept, "line", None)
    if line and line.serves(url):
        return line
    hang_up()
    try:
        _kept.line = line = _Line(_connect(url), url)
    except (smtplib.SMTPException, OSError) as error:
        # What goes wrong before the mail itself is about us or the server: someone will mend it.
        raise Trouble(_told(error)) from error
    return line


def _understood(error: Exception) -> Trouble | Refused:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, _answer = next(iter(error.recipients.values()))
        return (Refused if _stays(code) else Trouble)(f"The address was refused ({code}).")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(_told(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return (Refused if _stays(error.smtp_code) else Trouble)(_told(error))
    return Trouble(_told(error))


def _connect(url: str) -> smtplib.SMTP:
    where = urlsplit(url)
    host, port = where.hostname or "localhost", where.port or _PORTS[where.scheme]
    if where.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=_TIMEOUT, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
    try:
        if where.scheme == "smtp+starttls":
            # Raises when the server does not offer it: nothing is ever sent in plain instead.
            server.starttls(context=ssl.create_default_context())
        if where.username:
            server.login(unquote(where.username), unquote(where.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _stays(code: int) -> bool:
    return 500 <= code < 600


def _told(error: Exception) -> str:
    """The kind of trouble and its code. The server's own words may hold the address."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
