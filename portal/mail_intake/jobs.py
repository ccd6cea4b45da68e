"""A mail that came is looked at once it is kept, and staff are told of what waits for them."""

from portal.base.jobs import handles
from portal.base.run import Run
from portal.mail_intake.sorting import sort_mail
from portal.mail_intake.telling import tell_of_parked


@handles("mail_intake.sort", limit=120)
def sort(run: Run, *, mail_id: int) -> None:
    sort_mail(run, mail_id)


@handles("mail_intake.tell", limit=300)
def tell(run: Run) -> None:
    tell_of_parked(run)
