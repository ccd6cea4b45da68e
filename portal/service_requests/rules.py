"""What a service request goes through, who may move it, and who has the ball meanwhile."""

from datetime import date, datetime, timedelta

from portal.agreements.targets import Severity
from portal.base.clock import day_of
from portal.base.words import N_, LabelledEnum, Refused

LONGEST_SUBJECT, LONGEST_LINE, LONGEST_TEXT = 160, 200, 50_000
SOLVED_AFTER = timedelta(days=7)  # a proposed solution that nobody objected to
CLOSED_AFTER = timedelta(days=14)  # what is solved


class Status(LabelledEnum):
    NEW = "new", N_("New")
    IN_PROGRESS = "in_progress", N_("In progress")
    WAITING_FOR_CUSTOMER = "waiting_for_customer", N_("Waiting for you")
    WAITING_FOR_CLOUD_PARTNER = "waiting_for_cloud_partner", N_("Waiting for cloud partner")
    WAITING_FOR_DEVELOPMENT = "waiting_for_development", N_("Waiting for development")
    REPLACEMENT = "replacement", N_("Replacement on its way")
    SOLUTION_PROPOSED = "solution_proposed", N_("Solution proposed")
    SOLVED = "solved", N_("Solved")
    CLOSED = "closed", N_("Closed")
    CANCELED = "canceled", N_("Canceled")


class About(LabelledEnum):
    """What a request is about."""

    DEVICE = "device", N_("A fault in a device")
    SOFTWARE = "software", N_("Software")
    LICENSE = "license", N_("A license")
    ORDER = "order", N_("An order")
    OTHER = "other", N_("Something else")


class Ball(LabelledEnum):
    """Who has to do something next."""

    US = "us", N_("Us")
    CUSTOMER = "customer", N_("You")
    CLOUD_PARTNER = "cloud_partner", N_("The cloud partner")
    NOBODY = "nobody", N_("Nobody")


class Who(LabelledEnum):
    """Who moves a request: the customer's side, the vendor's, or the portal by itself."""

    CUSTOMER = "customer", N_("Customer")
    STAFF = "staff", N_("Staff")
    PORTAL = "portal", N_("The portal")


class MessageKind(LabelledEnum):
    """What a message is in the story of its request."""

    DESCRIPTION = "description", N_("Description")
    REPLY = "reply", N_("Reply")
    SOLUTION = "solution", N_("Proposed solution")
    WORKAROUND = "workaround", N_("Workaround")
    ESCALATION = "escalation", N_("Escalated")
    CLOSING = "closing", N_("Closed")
    REOPENING = "reopening", N_("Opened again")
    REPAIR = "repair", N_("Repair")  # how an escalation was got over


class Remedy(LabelledEnum):
    """How an escalation was got over."""

    REPAIR = "repair", N_("Repair")
    WORKAROUND = "workaround", N_("Workaround")


class Source(LabelledEnum):
    PORTAL = "portal", N_("The portal")
    MAIL = "mail", N_("E-mail")
    ENTERED = "entered", N_("E-mail entered by staff")  # whoever wrote it: a note, and not theirs
    COPY = "copy", N_("Another account")  # whose request it was opened as by mistake


class LinkKind(LabelledEnum):
    """What another request is to this one."""

    RELATED = "related", N_("Related to")
    DUPLICATE = "duplicate", N_("Duplicate of")
    SPLIT = "split", N_("Split from")
    MERGED = "merged", N_("Merged into")
    COPIED = "copied", N_("Copied from")  # from another account: staff see its number, no more
    COPIED_TO = "copied_to", N_("Copied to")  # the same from the other side


S = Status
STOPPED = frozenset({S.SOLVED, S.CLOSED, S.CANCELED})
PAUSED = frozenset(
    {S.WAITING_FOR_CUSTOMER, S.WAITING_FOR_CLOUD_PARTNER, S.REPLACEMENT, S.SOLUTION_PROPOSED}
)
OPEN = frozenset(Status) - STOPPED
RUNNING = OPEN - PAUSED
ANSWERED = frozenset({S.WAITING_FOR_CUSTOMER, S.SOLUTION_PROPOSED, S.SOLVED})
_BALLS = {
    S.WAITING_FOR_CUSTOMER: Ball.CUSTOMER,
    S.WAITING_FOR_CLOUD_PARTNER: Ball.CLOUD_PARTNER,
    S.SOLUTION_PROPOSED: Ball.CUSTOMER,
    **dict.fromkeys(STOPPED, Ball.NOBODY),
}
# Whoever of staff moves a request on from where it waits passes through "In progress" in the same
# act, from where it goes anywhere; so one act can answer and propose a solution.
_ANYWHERE = frozenset(Status) - {S.NEW, S.CLOSED}
_MOVES: dict[Who, dict[Status, frozenset[Status]]] = {
    Who.CUSTOMER: {
        **dict.fromkeys(OPEN, frozenset({S.CLOSED})),
        S.WAITING_FOR_CUSTOMER: frozenset({S.IN_PROGRESS, S.CLOSED}),
        S.SOLUTION_PROPOSED: frozenset({S.IN_PROGRESS, S.SOLVED, S.CLOSED}),
        S.SOLVED: frozenset({S.IN_PROGRESS, S.CLOSED}),
        S.CLOSED: frozenset({S.IN_PROGRESS}),
    },
    Who.STAFF: {
        **dict.fromkeys(OPEN, _ANYWHERE | {S.CLOSED}),
        S.SOLVED: frozenset({S.IN_PROGRESS, S.CLOSED}),
        S.CLOSED: frozenset({S.IN_PROGRESS}),
    },
    Who.PORTAL: {
        **dict.fromkeys(OPEN, frozenset({S.REPLACEMENT})),
        S.REPLACEMENT: frozenset({S.SOLUTION_PROPOSED, S.IN_PROGRESS}),
        S.SOLUTION_PROPOSED: frozenset({S.SOLVED, S.REPLACEMENT}),
        S.SOLVED: frozenset({S.CLOSED}),
    },
}

# While the customer has the ball, or nobody, it waits for nothing that a manager promised.
RESTING = frozenset(each for each in Status if _BALLS.get(each) in {Ball.CUSTOMER, Ball.NOBODY})


def may_go(before: Status, after: Status, who: Who) -> bool:
    return after is not before and after in _MOVES[who].get(before, ())


def goes_on_to(before: Status, who: Who) -> list[Status]:
    """Where somebody may move a request from here, in the order of the statuses."""
    return [after for after in Status if may_go(before, after, who)]


def move(before: Status, after: Status, who: Who) -> Status:
    if not may_go(before, after, who):
        raise Refused(N_("A request cannot go on to this status from where it is."), field="status")
    return after


def over(status: Status) -> str:
    """Why nothing more is done with what is at its end, and what there is to do instead."""
    if status is Status.CANCELED:
        return N_("This request is canceled. Open a new one.")
    return N_("This request is closed. Open it again, or open a new one.")


def ball_of(status: Status) -> Ball:
    return _BALLS.get(status, Ball.US)


def graver(one: Severity, other: Severity) -> bool:
    order = list(Severity)
    return order.index(one) < order.index(other)


def milder(severity: Severity) -> Severity:
    """One step down, which is what an accepted workaround comes to; the lowest stays."""
    order = list(Severity)
    return order[min(order.index(severity) + 1, len(order) - 1)]


def reopened_until(closed_at: datetime, days: int) -> date:
    """The last day on which a closed request can be opened again."""
    return day_of(closed_at) + timedelta(days=days)


def one_line(text: str, *, field: str, most: int, missing: str = "") -> str:
    """A line as it is kept; refused when it is too long, or empty and that is said to matter."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if not line and missing:
        raise Refused(missing, field=field)
    if len(line) > most:
        raise Refused(N_("Write at most %(most)s characters."), field=field, most=most)
    return line


def whole_text(text: str, *, field: str, missing: str = "") -> str:
    """A text as it is kept: lines as they were, nothing that cannot be seen or stored."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    kept = "".join(each for each in lines if each.isprintable() or each in "\n\u200d\u200c\u00a0")
    kept = kept.strip()
    if not kept and missing:
        raise Refused(missing, field=field)
    if len(kept) > LONGEST_TEXT:
        raise Refused(N_("Write at most %(most)s characters."), field=field, most=LONGEST_TEXT)
    return kept
