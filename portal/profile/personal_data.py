"""A change of e-mail address that waits to be confirmed."""

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
from portal.profile.actions import drop_email_change
from portal.profile.models import EmailChange


@tells(
    "email_change",
    N_("New e-mail address that waits to be confirmed"),
    email=N_("New e-mail address"),
    ends_at=N_("Ends"),
)
def email_change(asking: Asking) -> Iterator[Row]:
    for it in asking.shared.scalars(
        select(EmailChange).where(EmailChange.user_id == asking.user.id)
    ):
        yield {"email": it.email, "ends_at": it.ends_at}


@forgets
def forget(session: Session, user: User) -> None:
    drop_email_change(session, user.id)


@lets_go("links")
def forget_changes(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(EmailChange).where(EmailChange.ends_at < before))
