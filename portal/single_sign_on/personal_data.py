"""Whom an organization's own provider knows."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import N_
from portal.single_sign_on.models import Identity, SignInAttempt


@tells(
    "identities",
    N_("Connections with your organization's sign-in"),
    issuer=N_("Provider"),
    subject=N_("What it calls you"),
    linked_at=N_("Connected"),
    used_at=N_("Last used"),
)
def identities(asking: Asking) -> Iterator[Row]:
    mine = select(Identity).where(Identity.user_id == asking.user.id).order_by(Identity.id)
    for it in asking.shared.scalars(mine):
        yield {
            "issuer": it.issuer,
            "subject": it.subject,
            "linked_at": it.linked_at,
            "used_at": it.used_at,
        }


@forgets
def forget(session: Session, user: User) -> None:
    for table in (Identity, SignInAttempt):
        session.execute(delete(table).where(table.user_id == user.id))


@lets_go("links")
def forget_attempts(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.ends_at < before))
