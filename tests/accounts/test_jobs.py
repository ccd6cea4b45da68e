from collections.abc import Callable
from datetime import timedelta

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.actions import open_sign_in
from portal.accounts.models import PasswordReset, SignIn
from portal.base import clock
from portal.base.jobs import later
from tests.factories import make_user


def test_what_ended_is_forgotten_a_day_later(
    session: Session, run_jobs: Callable[..., int]
) -> None:
    user, now = make_user(session), clock.now()
    open_sign_in(session, user, now=now)
    session.add(PasswordReset(user_id=user.id, token_hash="a", ends_at=now + timedelta(hours=1)))
    session.commit()

    def left_after(hours: int) -> list[int]:
        later(session, "accounts.forget")
        session.commit()
        with time_machine.travel(now + timedelta(hours=hours)):
            assert run_jobs() == 1
        session.expire_all()
        return [len(session.scalars(select(kind)).all()) for kind in (SignIn, PasswordReset)]

    assert left_after(24) == [1, 1]
    assert left_after(26) == [1, 0]  # the link ended after 1 hour
    assert left_after(37) == [0, 0]  # and the sign-in after 12
