"""Handing a mail to the mail server, and telling trouble that passes from a no that stays."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

_TIMEOUT = 10.0
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Trouble(Exception):
    """The mail server cannot take the mail now, or we cannot know that it did."""


class Refused(Exception):
    """The mail server will never take this mail."""


def deliver(message: EmailMessage, url: str) -> None:
    """Returns once the server has said that the mail is its own now."""
    try:
        server = _connect(url)
    except smtplib.SMTPException as error:
        # What goes wrong before the mail itself is about us or the server: someone will mend it.
        raise Trouble(_told(error)) from error
    except OSError as error:
        raise Trouble(_told(error)) from error
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, _answer = next(iter(error.recipients.values()))
        raise (Refused if _stays(code) else Trouble)(
            f"The address was refused ({code})."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(_told(error)) from error
    except smtplib.SMTPResponseException as error:
        raise (Refused if _stays(error.smtp_code) else Trouble)(_told(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Trouble(_told(error)) from error
    finally:
        # It said yes or no already; how it says goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


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
