"""What a replacement goes through: three tracks side by side, because two parcels move at once."""

from dataclasses import dataclass
from datetime import date

from portal.base.words import N_, LabelledEnum, Refused
from portal.base.workdays import Workdays

PREFIX = "RMA"
SHORTEST_NUMBER, LONGEST_NUMBER = 6, 40  # characters of a tracking number


class Stage(LabelledEnum):
    """The new device."""

    REQUESTED = "requested", N_("Requested")
    APPROVED = "approved", N_("Approved")
    DECLINED = "declined", N_("Declined")
    SHIPPED = "shipped", N_("Shipped")
    IN_TRANSIT = "in_transit", N_("In transit")
    READY_FOR_PICKUP = "ready_for_pickup", N_("Ready for pickup")
    DELIVERED = "delivered", N_("Delivered")
    CANCELED = "canceled", N_("Canceled")


class ReturnStage(LabelledEnum):
    """The faulty one. That it is overdue is not kept, but follows from the day: `return_stage`."""

    NOT_DUE = "not_due", N_("Not due")
    LABEL_READY = "label_ready", N_("Label ready")
    UNDER_WAY = "under_way", N_("Underway")
    RECEIVED = "received", N_("Received")
    OVERDUE = "overdue", N_("Overdue")
    DESTROYED = "destroyed", N_("Destroyed")


class Liability(LabelledEnum):
    """The money that hangs on the faulty one."""

    NONE = "none", N_("None")
    AT_RISK = "at_risk", N_("At risk")
    CHARGED = "charged", N_("Charged")
    SETTLED = "settled", N_("Settled")
    WAIVED = "waived", N_("Waived")


class SettledAs(LabelledEnum):
    """How no money hangs on it any more."""

    RETURNED = "returned", N_("Sent back")
    PAID = "paid", N_("Paid")
    CREDITED = "credited", N_("Credited")


class Track(LabelledEnum):
    REPLACEMENT = "replacement", N_("Replacement")
    RETURN = "return", N_("Return")
    LIABILITY = "liability", N_("Liability")


State = Stage | ReturnStage | Liability
_S, _R, _L = Stage, ReturnStage, Liability
# Where each may go from where it is; from the rest nowhere.
NEXT: dict[State, frozenset[State]] = {
    _S.REQUESTED: frozenset({_S.APPROVED, _S.DECLINED, _S.CANCELED}),
    _S.APPROVED: frozenset({_S.SHIPPED, _S.DECLINED, _S.CANCELED}),
    _S.SHIPPED: frozenset({_S.IN_TRANSIT, _S.READY_FOR_PICKUP, _S.DELIVERED}),
    _S.IN_TRANSIT: frozenset({_S.READY_FOR_PICKUP, _S.DELIVERED}),
    _S.READY_FOR_PICKUP: frozenset({_S.IN_TRANSIT, _S.DELIVERED}),
    _R.NOT_DUE: frozenset({_R.LABEL_READY, _R.DESTROYED}),
    # Not due: of what was paid or waived nothing is asked back any more.
    _R.LABEL_READY: frozenset({_R.UNDER_WAY, _R.RECEIVED, _R.NOT_DUE}),
    _R.UNDER_WAY: frozenset({_R.RECEIVED, _R.NOT_DUE}),
    _L.NONE: frozenset({_L.AT_RISK}),
    _L.AT_RISK: frozenset({_L.CHARGED, _L.SETTLED, _L.WAIVED}),
    _L.CHARGED: frozenset({_L.SETTLED, _L.WAIVED}),
}
WAITING = (Stage.REQUESTED, Stage.APPROVED)  # for us
ON_THE_WAY = (Stage.SHIPPED, Stage.IN_TRANSIT, Stage.READY_FOR_PICKUP)
CALLED_OFF = (Stage.DECLINED, Stage.CANCELED)
RETURN_OPEN = (ReturnStage.LABEL_READY, ReturnStage.UNDER_WAY)  # what has not come back
NO_MORE = (Liability.SETTLED, Liability.WAIVED)  # money hangs on it
RETURN_OVER = (ReturnStage.RECEIVED, ReturnStage.DESTROYED)


def may_go(before: State, after: State) -> bool:
    return after in NEXT.get(before, ())


def is_over(stage: Stage, returned: ReturnStage, liability: Liability) -> bool:
    """Whether nothing more will happen: called off, or both parcels arrived and no money open."""
    if stage in CALLED_OFF:
        return True
    back = returned in RETURN_OVER or (returned is ReturnStage.NOT_DUE and liability in NO_MORE)
    both = stage is Stage.DELIVERED and back
    return both and liability not in {Liability.AT_RISK, Liability.CHARGED}


def return_stage(stage: ReturnStage, due_on: date | None, today: date) -> ReturnStage:
    """How the return stands today. What was handed in is late for the carrier's reasons."""
    late = due_on is not None and due_on < today
    return ReturnStage.OVERDUE if late and stage is ReturnStage.LABEL_READY else stage


def charged_from(due_on: date, grace: int, told_on: date, workdays: Workdays) -> date:
    """The first day on which what is not sent back is charged: when so many business days are over
    since the deadline, and as many since it was announced, however late that was."""
    return max(workdays.after(due_on, grace + 1), workdays.after(told_on, max(1, grace)))


def return_due(delivered_on: date, window: int, workdays: Workdays) -> date:
    """The last day to send the faulty device back: so many business days from delivery."""
    return workdays.after(delivered_on, window)


def approves_itself(approved_before: int, most: int, asked: int = 1) -> bool:
    """Whether no person has to look at so many: so many have been approved within a week, and so
    many may be, as the agreement has it."""
    return approved_before + asked <= most


class Barred(LabelledEnum):
    """Why a device cannot be replaced now."""

    NOT_COVERED = "not_covered", N_("The device is not covered.")
    NOT_IN_USE = "not_in_use", N_("The device is not in use any more.")
    BEING_REPLACED = "being_replaced", N_("The device is being replaced already.")
    NONE_LEFT = "none_left", N_("All of these devices are being replaced already.")
    TOO_MANY = "too_many", N_("There are not so many of these devices left to be replaced.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What decides whether a device may be replaced. Of those by count, how many there are, and how
    many of them are asked for."""

    covered: bool
    in_use: bool = True
    open_replacements: int = 0
    number: int | None = None
    asked: int = 1


def barred(it: Candidate) -> Barred | None:
    """The reason that says most; None when it may be replaced."""
    if not it.in_use:
        return Barred.NOT_IN_USE
    if it.number is None and it.open_replacements:
        return Barred.BEING_REPLACED
    if it.number is not None and it.open_replacements + it.asked > it.number:
        left = it.open_replacements < it.number
        return Barred.TOO_MANY if left else Barred.NONE_LEFT
    return None if it.covered else Barred.NOT_COVERED


def checked_tracking_number(text: str) -> str:
    """As carriers print it: letters, digits and dashes."""
    number = "".join(text.split()).upper()
    if not number:
        raise Refused(N_("Scan or write the tracking number."), field="tracking_number")
    if len(number) > LONGEST_NUMBER or not number.isascii() or not _plain(number):
        raise Refused(
            N_("A tracking number has letters, digits and dashes only."), field="tracking_number"
        )
    if number.replace("-", "").startswith(PREFIX):
        raise Refused(
            N_("This is an RMA number. Scan the one that the carrier gave."),
            field="tracking_number",
        )
    if len(number.replace("-", "")) < SHORTEST_NUMBER:
        raise Refused(
            N_("A tracking number has at least %(least)s characters."),
            field="tracking_number",
            least=SHORTEST_NUMBER,
        )
    return number


def _plain(number: str) -> bool:
    return number.replace("-", "").isalnum()
