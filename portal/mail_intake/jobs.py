"""A mail that came is looked at once it is kept."""

from portal.base.jobs import handles
from portal.base.run import Run
from portal.mail_intake.sorting import sort_mail


@handles("mail_intake.sort", limit=120)
def sort(run: Run, *, mail_id: int) -> None:
    sort_mail(run, mail_id)
