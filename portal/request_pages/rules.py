"""What is decided about a request's page on plain values."""

from datetime import timedelta

from portal.base.references import reference
from portal.base.words import N_, LabelledEnum
from portal.service_requests.rules import Status

MOST_SAID = 5_000  # characters of a comment
STILL_WRITING = timedelta(seconds=45)  # so long after the last word that was kept


class Score(LabelledEnum):
    """How satisfied somebody is, the best first."""

    VERY_SATISFIED = "5", N_("Very satisfied")
    SATISFIED = "4", N_("Satisfied")
    NEITHER = "3", N_("Neither satisfied nor dissatisfied")
    DISSATISFIED = "2", N_("Dissatisfied")
    VERY_DISSATISFIED = "1", N_("Very dissatisfied")


class Why(LabelledEnum):
    """Why somebody cannot wait."""

    WORSE = "worse", N_("It has become worse, or hits more people")
    SLOW = "slow", N_("We do not hear from you in time")
    UNSOLVED = "unsolved", N_("What we have tried does not solve it")
    OTHER = "other", N_("Something else")


def can_be_rated(status: Status, *, merged: bool) -> bool:
    """What is over; of what was merged, the other request is asked about."""
    return status in {Status.SOLVED, Status.CLOSED} and not merged


def draft_key(request_id: int) -> str:
    """Where the draft of an answer is kept."""
    return f"reply {reference('SR', request_id)}"


def escalation_text(why: str, more: str) -> str:
    """The reason as it stands in the request: what was chosen, and what was added."""
    return f"{why}\n\n{more}".strip()
