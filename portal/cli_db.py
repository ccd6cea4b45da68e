"""`portal db`: the database's tables."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

import portal.app  # noqa: F401 - so that every table is known
from portal.base import migrations
from portal.cli_serve import OF_ANOTHER_VERSION, said
from portal.config import database_url


@click.group()
def db() -> None:
    """Bring the database's tables to this version of the portal, or back."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database of DATABASE_URL up to REVISION, or to the newest. Nothing is lost.

    Exit codes: 0 done, or there was nothing to do; 1 the database cannot be used.
    """
    with _explained():
        migrations.upgrade(_url(), revision)
        click.echo(f"The database is at {migrations.revision_of(_url())}.")


@db.command()
@click.argument("revision")
@click.confirmation_option(
    prompt="What newer tables and columns hold is lost. Go on?", help="Do not ask."
)
def downgrade(revision: str) -> None:
    """Take the database of DATABASE_URL back to REVISION, or to nothing with `base`.

    Exit codes: 0 done; 1 the database cannot be used, or you did not want to.
    """
    with _explained():
        migrations.downgrade(_url(), revision)
        click.echo(f"The database is at {migrations.revision_of(_url()) or 'base'}.")


@db.command()
def check() -> None:
    """Tell whether the database is of this version, and its tables are as the portal has them.

    Exit codes: 0 it is; 1 it is not, and what differs is listed.
    """
    with _explained():
        found, newest = migrations.revision_of(_url()), migrations.head()
        if found is None:
            sys.exit(OF_ANOTHER_VERSION)
        different = migrations.differences(_url())
    if found != newest:
        click.echo(f"The database is at {found}, this version of the portal at {newest}.")
    for each in different:
        click.echo(each)
    if different or found != newest:
        sys.exit(1)
    click.echo(f"The database is at {found}, as it should be.")


def _url() -> str:
    return database_url(os.environ)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    except CommandError as error:
        sys.exit(f"{error}.")
