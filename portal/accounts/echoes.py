"""What people do about their own way in, on the record of the customers whose own they are.

It stands on the vendor's record first, because it is done before any account is open, or in none.
By jobs, because nobody's account is open to whoever is only being let in; and for whoever is not
known as well, so that an answer takes no longer for an address that somebody has.
"""

from sqlalchemy.orm import Session

from portal.base.history import FOLLOWERS, DeskEvent, What
from portal.base.jobs import later

# Signing in is noted by itself, see `actions.note_sign_in`.
NOTED = frozenset(
    {
        What.EMAIL_CHANGED,
        What.FACTOR_ADDED,
        What.FACTOR_REMOVED,
        What.PASSWORD_CHANGED,
        What.RECOVERY_CODES_MADE,
        What.RECOVERY_CODE_USED,
        What.SIGNED_OUT,
        What.SIGN_INS_ENDED,
        What.SIGN_IN_FAILED,
    }
)


def note_for_customers(session: Session, event: DeskEvent) -> None:
    # Whoever takes away another's factors on a page is noted there, with the reason.
    on_the_server = event.what is What.FACTORS_RESET and event.by_id is None
    if event.what in NOTED or on_the_server:
        later(
            session,
            "accounts.echo",
            who=event.record_id,
            what=event.what.value,
            by_id=event.by_id or 0,
            place=event.place or "",
            details=event.details,
        )


FOLLOWERS["user"] = note_for_customers
