"""`portal serve`, `portal work` and `portal demo`: the processes that run."""

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from portal import demo as demo_data
from portal import demo_carrier, demo_licenses, demo_parcels, serving
from portal.app import ROOT, create_app, open_sessions, open_worker
from portal.base import migrations
from portal.base.file_store import FileStore, StorageTrouble
from portal.config import Settings
from portal.factors.ceremonies import Party
from portal.web import logs

FOLDER = ROOT / ".demo"
OF_ANOTHER_VERSION = "The database is not of this version of the portal; run `portal db upgrade`."


class Port(click.ParamType[int]):
    """A wrong one is told in a sentence, like every other setting."""

    name = "port"

    def convert(self, value: Any, param: object, ctx: object) -> int:
        text = str(value).strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        if not 1 <= number <= 65535:
            sys.exit(f"PORT must be a whole number from 1 to 65535, and not {text}.")
        return number


def serving_options(command: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True),
        click.option("--port", envvar="PORT", default=8000, show_default=True, type=Port()),
        click.option("--no-worker", is_flag=True, help="Leave the jobs to `portal work`."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@serving_options
def serve(host: str, port: int, no_worker: bool) -> None:
    """Serve the portal, and do its jobs in a process beside.

    For many users, run `gunicorn wsgi:app` behind a proxy, and `portal work` on its own.

    Exit codes: 0 when told to stop; 1 when a setting, the port, the database or the folder for
    files is not right, or when the process beside ends again and again as soon as it starts.
    """
    settings = Settings.from_environment(os.environ)
    if settings.demo:
        _refuse_strangers(host)
    with serving.listening(host, port) as taken:
        check_database(settings.database_url)
        check_folder(settings.storage_url)
        logs.configure()
        serving.serve(settings, taken, worker=not no_worker)


@click.command()
@click.option("--while-stdin-open", is_flag=True, hidden=True)
def work(while_stdin_open: bool) -> None:
    """Do the portal's jobs: mails, imports, and what repeats. Run as many as there is work for.

    Exit codes: 0 when told to stop; 1 when a setting, the database or the folder for files is not
    right, or when a job had to be ended by force: start it again.
    """
    settings = Settings.from_environment(os.environ)
    check_database(settings.database_url)
    check_folder(settings.storage_url)
    logs.configure()
    worker = open_worker(create_app(settings), settings)
    if while_stdin_open:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    worker.run_as_process()


@click.command()
@serving_options
def demo(host: str, port: int, no_worker: bool) -> None:
    """Show the portal with made-up customers, to this machine only.

    What is done is kept in the folder .demo; delete it to begin anew. It is always there: of the
    settings, only HOST, PORT and PORTAL_DEMO_PASSWORD are heard, not DATABASE_URL, STORAGE_URL
    or others. PORTAL_DEMO_PASSWORD sets the password of all the people; otherwise one is made at
    each start.

    Exit codes: 0 when told to stop; 1 when the port or the folder is not right, or when the process
    beside ends again and again as soon as it starts.
    """
    _refuse_strangers(host)
    where = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    password = os.environ.get("PORTAL_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    # A new key at each start: the demo forgets who is signed in. Others are kept.
    settings = Settings(
        database_url=f"sqlite:///{FOLDER / 'portal.sqlite'}",
        secret_key=secrets.token_hex(32),
        portal_url=where,
        storage_url=(FOLDER / "files").as_uri(),
        license_keys=demo_licenses.kept_key(FOLDER),
        signing_key=demo_licenses.kept_key(FOLDER, "signing.key"),
        second_factor_required=False,
        demo=True,
    )
    with serving.listening(host, port) as taken:
        _prepare_demo(FOLDER, settings, password)
        click.echo(f"The demo is at {where}")
        click.echo(_where_kept(FOLDER, os.environ))
        if (named := Party.of(where).origin) != where:
            click.echo(f"To try passkeys, open it at {named}")
        click.echo(f"\nPassword for everyone: {password}")
        for person in demo_data.PEOPLE:
            click.echo(f"  {person.email:30} {person.role.label}, {person.company}")
        click.echo("\nStop it with Ctrl+C.")
        logs.configure()
        with demo_carrier.beside(settings) as settings:
            serving.serve(settings, taken, worker=not no_worker)


def _where_kept(folder: Path, environment: Mapping[str, str]) -> str:
    unheard = [name for name in ("DATABASE_URL", "STORAGE_URL") if environment.get(name)]
    instead = f", and not in that of {' and '.join(unheard)}" if unheard else ""
    return f"Its database and files are in {folder}{instead}. Delete that folder to begin anew."


def _prepare_demo(folder: Path, settings: Settings, password: str) -> None:
    try:
        folder.mkdir(exist_ok=True)
        FileStore(settings.storage_url).check()
        migrations.upgrade(settings.database_url)
        sessions = open_sessions(settings.database_url)
        demo_data.load(sessions, password)
        told = {"nordlys": demo_data.NORDLYS, "fjordhelse": demo_data.FJORDHELSE}
        demo_parcels.load(sessions, settings, **told)
        sessions.kw["bind"].dispose()
    except StorageTrouble:
        sys.exit(f"The demo cannot write in {folder / 'files'}.")
    except OSError as error:
        sys.exit(f"The demo cannot write in {folder}: {error.strerror}.")
    except DBAPIError as error:
        if "readonly" in str(error.orig) or "unable to open" in str(error.orig):
            sys.exit(f"The demo cannot write in {folder}.")
        sys.exit(f"The demo's data are of another version; delete {folder} and start again.")
    except CommandError:
        sys.exit(f"The demo's data are of a newer version; delete {folder} and start again.")


def _refuse_strangers(host: str) -> None:
    if not serving.is_loopback(host):
        why = "The demo's people have one password for all, so it is only for this machine"
        sys.exit(f"{why}: HOST cannot be {host}.")


def check_database(url: str) -> None:
    """Say at the start, in a sentence, what would otherwise be an error on every page."""
    try:
        found = migrations.revision_of(url)
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    if found != migrations.head():
        sys.exit(OF_ANOTHER_VERSION)


def check_folder(storage_url: str) -> None:
    """The same of the folder for files. A bucket may be away for a moment: /readyz tells of it."""
    if storage_url.startswith("file:"):
        try:
            FileStore(storage_url).check()
        except StorageTrouble:
            sys.exit(f"The folder of STORAGE_URL cannot be written in: {storage_url}.")


def said(error: DBAPIError) -> str:
    """What the database itself said, in one line."""
    return str(error.orig).strip().splitlines()[0].rstrip(".")


def _end_with_parent() -> None:
    """Our standard input is a pipe that ends when the server does, however it does."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
