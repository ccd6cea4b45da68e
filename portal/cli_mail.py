"""`portal mail`: answers that come by mail, fetched from a mailbox or taken from a mail server."""

import imaplib
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

import click
from imap_tools.errors import ImapToolsError

from portal.app import open_sessions
from portal.base import clock
from portal.base.file_store import FileStore
from portal.base.tenancy import NOBODY
from portal.cli_serve import check_database, check_folder
from portal.config import Settings
from portal.mail_intake import fetching
from portal.mail_intake.listener import Listener
from portal.mail_intake.receiving import receive
from portal.web import logs

Keep = Callable[[bytes, Sequence[str], bool], None]


@click.group()
def mail() -> None:
    """Answers that people send by e-mail. What becomes of each the portal's worker decides."""


@mail.command()
@click.option(
    "--every", type=click.IntRange(5), metavar="SECONDS", help="Go on, and look again so often."
)
def fetch(every: int | None) -> None:
    """Fetch what is unread in the mailbox of MAIL_IN, and mark it as read.

    Exit codes: 0 done, or told to stop; 1 a setting is not right, or the mailbox cannot be read.
    """
    settings = _settings()
    if not settings.mail_in:
        sys.exit("Set MAIL_IN in the environment.")
    keep, stopping = keeper(settings), _told_to_stop()
    while True:
        try:
            click.echo(f"{fetching.fetch(settings.mail_in, keep)} fetched")
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            told = f"The mailbox of MAIL_IN cannot be read: {type(error).__name__}."
            if not every:
                sys.exit(told)
            click.echo(told, err=True)
        if not every or stopping.wait(every):
            return


@mail.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8024, show_default=True, type=click.IntRange(1, 65535))
@click.option("--lmtp", is_flag=True, help="Speak LMTP instead of SMTP.")
def listen(host: str, port: int, lmtp: bool) -> None:
    """Take mail from the provider's mail server, which has filtered it.

    It speaks without encryption, so let it listen where only that server can reach it. It takes
    what is for the domain of REPLY_ADDRESS, and passes nothing on.

    Exit codes: 0 when told to stop; 1 when a setting or the port is not right.
    """
    settings = _settings()
    stopping = _told_to_stop()
    listener = Listener(keeper(settings), settings.reply_address, host=host, port=port, lmtp=lmtp)
    try:
        listener.start()
    except OSError as error:
        sys.exit(f"Cannot listen on {host}, port {port}: {error.strerror}.")
    logs.configure()
    stopping.wait()
    listener.stop()


def keeper(settings: Settings) -> Keep:
    """What keeps a mail, each in a transaction of its own."""
    sessions, files = open_sessions(settings.database_url), FileStore(settings.storage_url)

    def keep(raw: bytes, recipients: Sequence[str], returned: bool) -> None:
        with sessions(scope=NOBODY) as session:
            receive(session, files, raw, recipients=recipients, returned=returned, now=clock.now())
            session.commit()

    return keep


def _settings() -> Settings:
    settings = Settings.from_environment(os.environ)
    if not settings.reply_address:
        sys.exit("Set REPLY_ADDRESS in the environment.")
    check_database(settings.database_url)
    check_folder(settings.storage_url)
    return settings


def _told_to_stop() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
