"""What is forgotten without anyone asking."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from portal.accounts.actions import Person
from portal.accounts.closure import allow_closed
from portal.accounts.half_sign_ins import HalfSignIn
from portal.accounts.models import Account, Membership, PasswordReset, SignIn, User
from portal.base.history import What, happened_in
from portal.base.jobs import handles, later
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope


@lets_go("sign_ins")
def forget_sign_ins(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(SignIn).where(SignIn.ends_at < before))


@lets_go("links")
def forget_links(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        for table in (PasswordReset, HalfSignIn):
            session.execute(delete(table).where(table.ends_at < before))


@handles("accounts.echo")
def echo(run: Run, *, who: int, **told: Any) -> None:
    """Have it noted for each customer whose own somebody is: by a job each, so that it is once."""
    theirs = (
        select(Membership.account_id)
        .join(Membership.account)
        .join(Membership.user)
        .where(Membership.user_id == who, Membership.in_force(), User.staff_role.is_(None))
        .where(Account.removed_at.is_(None))
    )
    with run.session(NOBODY) as session:
        for account_id in session.scalars(theirs).all():
            later(session, "accounts.note_deed", who=who, where=account_id, **told)
        run.finish(session)


@handles("accounts.note_deed")
def note_deed(
    run: Run, *, who: int, where: int, what: str, by_id: int, place: str, details: dict[str, Any]
) -> None:
    """Put what somebody did about their own way in on the record of one customer."""
    with run.session(Scope(frozenset({where}), where)) as session:
        if session.get_one(Account, where).removed_at is None:
            user, by = session.get_one(User, who), Person(by_id, place=place)
            happened_in(allow_closed(session), where, user, What(what), by=by, **details)
        run.finish(session)


@handles("accounts.note_sign_in")
def note_sign_in(run: Run, *, who: int, where: int, place: str) -> None:
    """Put a sign-in on the record of the customer whose member somebody is."""
    with run.session(Scope(frozenset({where}), where)) as session:
        if session.get_one(Account, where).removed_at is None:
            user, by = session.get_one(User, who), Person(who, place=place)
            happened_in(allow_closed(session), where, user, What.SIGNED_IN, by=by)
        run.finish(session)
