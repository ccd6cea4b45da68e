"""`portal user`: people who can sign in."""

import os
import sys
from collections.abc import Callable

import click
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from portal.accounts.actions import create_user, sign_out_everywhere
from portal.accounts.hashing import hash_of_password
from portal.accounts.models import Account, Partner, User
from portal.accounts.queries import account_numbered, users_called
from portal.app import sessions_for
from portal.base import clock
from portal.base.access import Role
from portal.base.history import What, happened
from portal.base.references import read_master_account_id
from portal.base.tenancy import NOBODY, ScopedSession
from portal.base.words import N_, Refused
from portal.cli_serve import said
from portal.config import database_url
from portal.factors.actions import forget_factors
from portal.factors.mails import changed_mail
from portal.passwords.rules import check_password
from portal.staff.actions import end_access


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


@user.command()
@click.argument("email")
def end(email: str) -> None:
    """End the access of one of the vendor's own people, also of a portal administrator.

    The portal itself lets nobody do that to an equal. The last one stays.

    Exit codes: 0 ended, or it was before; 1 refused, and nothing is changed.
    """

    def deed(session: ScopedSession, person: User) -> str:
        done = end_access(session, person, by=None, now=clock.now())
        return "has no access any more" if done else "had no access before"

    _do_to_staff(email, deed)


@user.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """Let EMAIL, one of the vendor's own people, sign in with the password alone next time.

    For a portal administrator who lost every passkey, app and recovery code: nobody can do it for
    their equals in the portal. They are signed out everywhere, and are told by e-mail.

    Exit codes: 0 done; 1 refused, and nothing is changed.
    """

    def deed(session: ScopedSession, person: User) -> str:
        if person.second_factor_at is None:
            raise Refused(N_("There is nothing to reset."))
        forget_factors(session, person)
        sign_out_everywhere(session, person.id)
        happened(session, person, What.FACTORS_RESET, by=None)
        changed_mail(session, person, "reset")
        return "signs in with the password next time"

    _do_to_staff(email, deed)


def _do_to_staff(email: str, deed: Callable[[ScopedSession, User], str]) -> None:
    url = database_url(os.environ)
    try:
        with sessions_for(url) as sessions, sessions(scope=NOBODY) as session, session.begin():
            person = session.scalars(users_called(email)).one_or_none()
            if person is None or person.staff_role is None:
                sys.exit(f"Nobody on the staff has the address {email}.")
            told = deed(session, person)
    except Refused as refusal:
        sys.exit(refusal.message % refusal.values)
    except DBAPIError as error:
        sys.exit(f"The database of DATABASE_URL cannot be used: {said(error)}.")
    click.echo(f"{email} {told}.")


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
