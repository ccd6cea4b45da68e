"""What somebody has beside the password: told without what is secret in it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.personal_data import Asking, Row, forgets, tells
from portal.base.retention import lets_go
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.base.words import N_, LabelledEnum
from portal.factors.actions import forget_factors
from portal.factors.models import PasskeyChallenge, RecoveryCode
from portal.factors.queries import authenticator_of, passkeys_of


class Factor(LabelledEnum):
    APP = "app", N_("Authenticator app")
    PASSKEY = "passkey", N_("Passkey")


@tells(
    "passkeys",
    N_("Passkeys and authenticator app"),
    kind=N_("What it is"),
    name=N_("Name"),
    added_at=N_("Added"),
    used_at=N_("Last used"),
)
def passkeys(asking: Asking) -> Iterator[Row]:
    for app in asking.shared.scalars(authenticator_of(asking.user.id)):
        yield {
            "kind": Factor.APP,
            "name": None,
            "added_at": app.added_at,
            "used_at": app.used_at,
        }
    for key in asking.shared.scalars(passkeys_of(asking.user.id)):
        yield {
            "kind": Factor.PASSKEY,
            "name": key.name,
            "added_at": key.added_at,
            "used_at": key.used_at,
        }


@tells("recovery_codes", N_("Recovery codes"), used_at=N_("Used"))
def recovery_codes(asking: Asking) -> Iterator[Row]:
    mine = select(RecoveryCode.used_at).where(RecoveryCode.user_id == asking.user.id)
    for used_at in asking.shared.scalars(mine.order_by(RecoveryCode.id)):
        yield {"used_at": used_at}


@forgets
def forget(session: Session, user: User) -> None:
    forget_factors(session, user)
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.user_id == user.id))


@lets_go("links")
def forget_challenges(run: Run, before: datetime) -> None:
    with run.session(NOBODY) as session:
        session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at < before))
