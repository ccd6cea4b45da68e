"""`portal audit`: the record of who did what."""

import os
import sys
from datetime import timedelta

import click
from sqlalchemy.exc import DBAPIError

from portal.accounts.closure import allow_closed
from portal.app import sessions_for
from portal.base import audit as record
from portal.base import clock
from portal.base.db import READING
from portal.base.retention import period_of
from portal.base.tenancy import NOBODY, Scope
from portal.cli_serve import said
from portal.config import database_url

KEPT_DAYS = period_of("events").days


@click.group()
def audit() -> None:
    """The record of who did what, when and for whom."""


@audit.command()
def verify() -> None:
    """Tell whether every event is there and as it was written.

    Exit codes: 0 the record is whole; 1 it is not, and where is told.
    """
    broken = events = chains = 0
    try:
        with (
            sessions_for(database_url(os.environ)) as sessions,
            sessions(scope=Scope(None, None, staff=True, reason="portal audit verify")) as session,
        ):
            session.connection(execution_options=READING)
            for verdict in record.verify(session):
                chains, events = chains + 1, events + verdict.events
                if not verdict.whole:
                    broken += 1
                    click.echo(f"{verdict.chain}: broken at event {verdict.broken_at}.")
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    if broken:
        sys.exit(f"{broken} of {chains} chains are broken.")
    click.echo(f"{events} events in {chains} chains, all as they were written.")


@audit.command()
@click.option(
    "--days", type=click.IntRange(KEPT_DAYS), default=KEPT_DAYS, help="How old they must be."
)
def prune(days: int) -> None:
    """Let go of events older than three years, or more. On PostgreSQL, as the tables' owner.

    Exit codes: 0 done; 1 the database cannot be used, or its role may not do that.
    """
    before, gone = clock.now() - timedelta(days=days), 0
    try:
        with sessions_for(database_url(os.environ)) as sessions:
            with sessions(scope=NOBODY) as session:
                names = record.chains(session)
            for name in names:
                with sessions(scope=record.scope_of(name)) as session, session.begin():
                    gone += record.prune(allow_closed(session), name, before=before)
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    click.echo(f"{gone} events are gone.")
