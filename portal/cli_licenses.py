"""`portal licenses`: the keys that license keys are sealed with."""

import os
import sys

import click
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from portal.accounts.closure import allow_closed
from portal.accounts.models import Account
from portal.app import sessions_for
from portal.base.tenancy import NOBODY, Scope
from portal.cli_serve import said
from portal.config import Settings
from portal.license_intake.rotating import rotate_unclaimed
from portal.licenses.rotating import rotate
from portal.licenses.sealing import KeyRing
from portal.web.session import Sessions


@click.group()
def licenses() -> None:
    """License keys, and what they are sealed with."""


@licenses.command("rotate")
def rotate_all() -> None:
    """Seal all license keys anew with the first key of LICENSE_KEYS.

    Put the new key before the old one in LICENSE_KEYS, restart, run this, and take the old one out.
    Run again, it goes on where it was broken off.

    Exit codes: 0 all are sealed with the first key; 1 some cannot be opened by any of the keys,
    which are named and stay as they are, or the database cannot be used.
    """
    settings = Settings.from_environment(os.environ)
    ring = KeyRing.of(settings.license_keys, settings.secret_key)
    done, shut = 0, 0
    try:
        with sessions_for(settings.database_url) as sessions:
            with sessions(scope=NOBODY) as session:
                accounts = session.scalars(select(Account.id).order_by(Account.id)).all()
            with sessions(scope=NOBODY) as session, session.begin():
                done, shut = rotate_unclaimed(session, ring)
            if shut:
                told = f"{shut} that nobody has activated: no key opens their license keys."
                click.echo(told, err=True)
            for account_id in accounts:
                some, others = _rotate(sessions, ring, account_id)
                done, shut = done + some, shut + others
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    click.echo(f"{done} license keys are sealed anew.")
    sys.exit(1 if shut else 0)


def _rotate(sessions: Sessions, ring: KeyRing, account_id: int) -> tuple[int, int]:
    scope = Scope(frozenset({account_id}), account_id, staff=True, reason="portal licenses rotate")
    done = shut = 0
    after: int | None = 0
    while after is not None:
        with sessions(scope=scope) as session, allow_closed(session).begin():
            part = rotate(session, ring, after=after)
        for number in part.shut:
            click.echo(f"{number}: no key of LICENSE_KEYS opens its license key.", err=True)
        done, shut, after = done + part.done, shut + len(part.shut), part.last
    return done, shut
