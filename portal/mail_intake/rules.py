"""What becomes of a mail that came, and why."""

from datetime import timedelta

from portal.base.access import Permission
from portal.base.words import N_, LabelledEnum
from portal.uploads.rules import purpose

MOST_BYTES = 36_000_000  # of a mail as it comes: files of 25 MB, and what writing them as text adds
LONGEST_ID = 250
# Staff are told that mail waits when nobody has decided for so long, and so seldom.
TOLD_AFTER, TOLD_ONCE_IN = timedelta(minutes=5), timedelta(hours=1)


class State(LabelledEnum):
    WAITING = "waiting", N_("Not looked at yet")
    PARKED = "parked", N_("Set aside")
    TAKEN = "taken", N_("Became a message")
    NOTED = "noted", N_("Sent automatically")
    ATTACHED = "attached", N_("Internal note")
    DISCARDED = "discarded", N_("Discarded")


class Reason(LabelledEnum):
    """Why a mail became no message by itself."""

    UNKNOWN = "unknown", N_("It is no answer to a mail of ours.")
    FORGED = "forged", N_("Its reply address is not one we made.")
    SEVERAL = "several", N_("It was sent to several reply addresses.")
    SOMEBODY_ELSE = (
        "somebody_else",
        N_("It comes from another address than that of whom the reply address belongs to."),
    )
    NAMELESS = "nameless", N_("It does not say, or not clearly, whom it is from.")
    NO_RIGHT = "no_right", N_("The person may not answer in this request.")
    CLOSED = "closed", N_("The request is closed.")
    EMPTY = "empty", N_("Nothing new is written in it.")
    ENCRYPTED = "encrypted", N_("It is encrypted, so only the sender can read it.")
    STRANGE = "strange", N_("It is built in a way that no ordinary mail program builds mails.")
    SAME_ID = "same_id", N_("It has the same number as another mail, but says something else.")
    REFUSED = "refused", N_("The request could not take it.")
    TOO_LARGE = "too_large", N_("It is too large to be read.")
    DUPLICATE = "duplicate", N_("It came before.")
    LOOP = "loop", N_("It is one of our own mails that came back.")
    BOUNCE = "bounce", N_("It says that a mail could not be delivered.")
    AUTOMATIC = "automatic", N_("It is an automatic answer, or was sent to many.")
    PERHAPS_AUTOMATIC = (
        "perhaps_automatic",
        N_("It looks like an automatic answer, but comes from whom the reply address belongs to."),
    )


# What staff may decide about; of what was noted nobody has to.
UNDECIDED = frozenset({State.PARKED, State.NOTED})
# What nobody needs to decide about: a program wrote it, or we have it already.
NOTED = frozenset({Reason.DUPLICATE, Reason.LOOP, Reason.BOUNCE, Reason.AUTOMATIC})
# What whoever wrote it can mend; and they are told, where it is theirs for sure.
ANSWERED = frozenset({Reason.CLOSED, Reason.NO_RIGHT, Reason.ENCRYPTED})
# What may be the answer of somebody we know all the same, when staff have looked at it.
PLAUSIBLE = frozenset(
    {
        *(Reason.UNKNOWN, Reason.SOMEBODY_ELSE, Reason.CLOSED),
        *(Reason.NO_RIGHT, Reason.REFUSED, Reason.AUTOMATIC, Reason.PERHAPS_AUTOMATIC),
    }
)
BY_MAIL = purpose("mail", Permission.REQUESTS_CHANGE)
