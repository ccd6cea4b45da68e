"""The link is made and mailed after the answer, so that its time tells nothing."""

from portal.accounts.models import User
from portal.base import clock
from portal.base.jobs import handles
from portal.base.run import Run
from portal.base.tenancy import NOBODY
from portal.passwords.actions import begin_reset
from portal.passwords.mails import reset_mail


@handles("passwords.send_reset")
def send_reset(run: Run) -> None:
    """For nobody, when the address that was given is nobody's."""
    with run.session(NOBODY) as session:
        user = session.get(User, run.job.user_id) if run.job.user_id else None
        if user and not user.deactivated_at:
            reset_mail(session, user, token=begin_reset(session, user, now=clock.now()))
        run.finish(session)
