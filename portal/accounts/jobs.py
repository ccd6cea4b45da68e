"""What is forgotten without anyone asking."""

from datetime import timedelta

from sqlalchemy import delete

from portal.accounts.models import PasswordReset, SignIn
from portal.base import clock
from portal.base.jobs import every
from portal.base.run import Run
from portal.base.tenancy import NOBODY

KEPT = timedelta(days=1)  # `/privacy` says so


@every("accounts.forget", hours=1)
def forget(run: Run) -> None:
    """Let go of sign-ins and of links to a new password a day after they ended."""
    before = clock.now() - KEPT
    with run.session(NOBODY) as session:
        session.execute(delete(SignIn).where(SignIn.ends_at < before))
        session.execute(delete(PasswordReset).where(PasswordReset.ends_at < before))
