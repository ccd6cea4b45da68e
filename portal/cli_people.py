"""`portal user`: people who can sign in."""

import os
import sys

import click
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from portal.accounts.actions import create_user
from portal.accounts.hashing import hash_of_password
from portal.accounts.models import Account, Partner
from portal.accounts.queries import account_numbered
from portal.app import sessions_for
from portal.base import clock
from portal.base.access import Role
from portal.base.references import read_master_account_id
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.words import Refused
from portal.cli_serve import said
from portal.config import database_url
from portal.passwords.rules import check_password


@click.group()
def user() -> None:
    """The people who can sign in."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="Their whole name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--account", help="The customer's master account ID: 1042-2107-3.")
@click.option("--partner", help="The partner's name.")
def create(email: str, name: str, role: str, account: str | None, partner: str | None) -> None:
    """Let somebody sign in with EMAIL and a password that you are asked for.

    PORTAL_PASSWORD gives the password where nobody can be asked. A customer's administrators,
    members and observers need --account, partners --partner; the other roles are the vendor's.

    Exit codes: 0 created; 1 refused, and nothing is kept.
    """
    url = database_url(os.environ)
    password = os.environ.get("PORTAL_PASSWORD") or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    try:
        address = validate_email(email, check_deliverability=False).normalized
        check_password(password, about=[name, address])
        with (
            sessions_for(url) as sessions,
            sessions(scope=NOBODY) as session,
            session.begin(),
        ):
            create_user(
                session,
                email=address,
                name=name,
                role=Role(role),
                password_hash=hash_of_password(password),
                account=_account(session, account),
                partner=_partner(session, partner),
                now=clock.now(),
            )
    except EmailNotValidError as error:
        sys.exit(f"{email} is no e-mail address: {error}")
    except Refused as refusal:
        sys.exit(refusal.message % refusal.values)
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    click.echo(f"{name} can sign in as {address}.")


def _account(session: ScopedSession, number: str | None) -> Account | None:
    if number is None:
        return None
    digits = read_master_account_id(number)
    found = session.scalars(account_numbered(digits)).one_or_none() if digits else None
    return found or sys.exit(f"No account has the master account ID {number}.")


def _partner(session: ScopedSession, name: str | None) -> Partner | None:
    if name is None:
        return None
    found = session.scalars(select(Partner).where(Partner.name == name)).one_or_none()
    return found or sys.exit(f"No partner is called {name}.")
