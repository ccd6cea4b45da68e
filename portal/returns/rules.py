"""What is asked of whoever sends a faulty device back."""

from datetime import date
from enum import Enum

from portal.base.words import N_, LabelledEnum, Refused
from portal.base.workdays import Workdays
from portal.catalogue.models import Category


class Answer(LabelledEnum):
    """What became of something that one asks and another answers."""

    OPEN = "open", N_("Waiting for an answer")
    YES = "yes", N_("Granted")
    NO = "no", N_("Refused")
    OVER = "over", N_("Not needed any more")  # it ended otherwise before anybody answered


class Method(LabelledEnum):
    """How a device was destroyed."""

    SHREDDED = "shredded", N_("Shredded")
    CRUSHED = "crushed", N_("Crushed")
    MEDIA = "media", N_("The storage taken out and destroyed")
    OTHER = "other", N_("Otherwise, as the certificate says")


class Near(Enum):
    """How near the last day is, with the business days that are left: each is told once."""

    FIVE = 5
    ONE = 1
    OVER = 0


MOST_MORE = 60  # business days that one can ask for
MOST_LABELS = 100  # in one PDF
TO_PACK = {
    Category.HEADSET: N_(
        "The headset, and its USB adapter if it has one. Keep the charging stand, the case and"
        " the cables."
    ),
    Category.VIDEO: N_(
        "The device itself. Keep the cables, the power supply and the mount: the new one is used"
        " with yours."
    ),
    Category.VOICE: N_(
        "The phone with its handset. Keep the cables and the power supply: the new one is used with"
        " yours."
    ),
    Category.QUOTE_ONLY: N_("The device itself, and nothing that we have not asked for."),
}
_STEPS = (
    N_("Pack it so that it cannot move, such as in the box that the new one came in."),
    N_("Put the label on the outside, and cover other labels."),
    N_("Hand the parcel in where the carrier takes parcels. The freight is paid."),
    N_("Keep the receipt until you see in the portal that we have received it."),
    N_("Is the battery swollen or damaged? Do not send it, but call us first."),
)
_EMPTY_IT = N_("Delete what is stored on the device, if it still starts.")


def steps_of(category: Category) -> tuple[str, ...]:
    """The instructions that go along with the label, in their order."""
    return _STEPS if category is Category.HEADSET else (_EMPTY_IT, *_STEPS)


def days_left(today: date, due_on: date, workdays: Workdays) -> int:
    """Business days that are left, the last one included; 0 on that day itself."""
    left, day = 0, today
    while day < due_on:
        day = workdays.after(day)
        left += day <= due_on
    return left


def reached(today: date, due_on: date, workdays: Workdays) -> Near | None:
    """What is to be told by now of a deadline; of several the last."""
    if today > due_on:
        return Near.OVER
    left = days_left(today, due_on, workdays)
    return Near.ONE if left <= Near.ONE.value else Near.FIVE if left <= Near.FIVE.value else None


def asked_until(until: date, due_on: date, today: date, workdays: Workdays) -> date:
    """The day that is asked for, or the business day after it."""
    if due_on < until <= today:
        raise Refused(N_("Choose a day after today."), field="until")
    if until <= due_on:
        raise Refused(N_("Choose a day after the one that holds now."), field="until")
    if until > workdays.after(max(due_on, today), MOST_MORE):
        raise Refused(
            N_("You can ask for at most %(most)s business days more."),
            field="until",
            most=MOST_MORE,
        )
    return workdays.at_or_after(until)
