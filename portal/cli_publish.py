"""`portal publish`: a release from a file of this machine, such as the one a build left."""

import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from portal.app import sessions_for
from portal.base import clock
from portal.base.days import read_day
from portal.base.file_store import FileStore, StorageTrouble
from portal.base.tenancy import ScopedSession
from portal.base.words import N_, Refused
from portal.catalogue.catalogue import catalogue_of
from portal.catalogue.naming import models_named
from portal.cli_releases import STAFF, explained
from portal.cli_serve import said
from portal.config import Settings
from portal.downloads.keeping import keep_file
from portal.downloads.models import SoftwareRelease
from portal.downloads.rules import Channel, Platform, Sort
from portal.publishing.actions import add_release
from portal.publishing.facts import ReleaseFacts
from portal.publishing.kinds import examine
from portal.uploads.coming import PIECE
from portal.uploads.scanner import checked, scanner_at
from portal.web.session import Sessions


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", "models", multiple=True, help="By name or part number; may be repeated.")
@click.option("--release", "printed", required=True, help="The version, as it is printed.")
@click.option("--train", default="")
@click.option("--released", default="", help="The day, such as 2026-12-01.")
@click.option("--title", default="", help="Of endpoint software: its name.")
@click.option("--platform", type=click.Choice([each.value for each in Platform]))
@click.option("--security", is_flag=True, help="A security fix, open to every signed-in customer.")
@click.option("--sha256", default="", help="What the checksum of the file must be.")
def publish(file: Path, **told: object) -> None:
    """Make a draft of a release of FILE, for publishers to look through at /desk/publish.

    The file is read once from its beginning to its end, and hashed on the way. It comes out by the
    rules of the portal: notes are written there, and firmware takes two people.

    Exit codes: 0 the draft is there, and its number and checksum are printed; 1 the file or what
    was said of it is refused, or the database or the folder for files cannot be used, and nothing
    is kept.
    """
    settings = Settings.from_environment(os.environ)
    try:
        with sessions_for(settings.database_url) as sessions:
            done = _publish(sessions, settings, file, told)
        click.echo(done)
    except Refused as refusal:
        sys.exit(explained(refusal))
    except StorageTrouble as trouble:
        sys.exit(f"The files of STORAGE_URL cannot be written: {trouble}.")
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")


def _publish(sessions: Sessions, settings: Settings, path: Path, told: dict[str, object]) -> str:
    with sessions(scope=STAFF) as session, session.begin():
        it = _made(session, settings, path, told)
        session.refresh(it)
        return f"{it.reference} {it.version} {it.file.sha256 if it.file else ''}"


def _made(
    session: ScopedSession, settings: Settings, path: Path, told: dict[str, object]
) -> SoftwareRelease:
    facts, store, now = _facts(session, told), FileStore(settings.storage_url), clock.now()
    with path.open("rb") as source:
        size = path.stat().st_size
        media_type = examine(source, name=path.name, size=size)
        source.seek(0)
        chunks = iter(lambda: source.read(PIECE), b"")
        held = checked(scanner_at(settings.clamd_url), chunks, path.name)
        source.seek(0)
        file = keep_file(
            session,
            store,
            name=path.name,
            media_type=media_type,
            chunks=iter(lambda: source.read(PIECE), b""),
            now=now,
            size=size,
            sha256=str(told["sha256"]),
            held=held,
        )
    return add_release(session, facts, file_id=file.id, by=None, now=now)


def _facts(session: ScopedSession, told: dict[str, object]) -> ReleaseFacts:
    names, title, day = told["models"], str(told["title"]), str(told["released"])
    assert isinstance(names, tuple)
    released = read_day(day) if day else None
    if day and released is None:
        raise Refused(N_("“%(text)s” is no date. Write it as 2022-02-07."), text=day)
    return ReleaseFacts(
        sort=Sort.SOFTWARE if title else Sort.FIRMWARE,
        title=title,
        platform=Platform(str(told["platform"])) if told["platform"] else None,
        printed=str(told["printed"]),
        train=str(told["train"]),
        released_on=released,
        models=models_named("\n".join(names), catalogue_of(session)),
        channels=tuple(Channel),
        security=bool(told["security"]),
    )
