"""What the page of a request tells of its escalation, to customers and staff alike.

A page asks for `facts` and shows them with `escalation` of templates/escalations/_escalation.html.
"""

from dataclasses import dataclass
from datetime import datetime

from portal.service_requests.escalation_models import Escalation
from portal.service_requests.rules import Remedy


@dataclass(frozen=True, slots=True)
class Facts:
    """Who looks after it, and until when the customer hears of it next."""

    since: datetime
    owner: str | None
    next_update_due_at: datetime | None  # None: we wait for the customer
    remedy: Remedy | None
    remedy_text: str
    remedy_at: datetime | None
    late: bool


def facts(
    escalation: Escalation | None,
    owner: str | None,
    now: datetime,
    *,
    due_at: datetime | None,
) -> Facts | None:
    """Of the escalation in force. None: there is none, or none to be seen.

    `due_at` is by when the customer hears from us, of the request: what managers promise is part of
    it, so that one time is told. Of what staff escalate among themselves it is theirs alone.
    """
    if escalation is None:
        return None
    due = escalation.next_update_due_at if escalation.internal else due_at
    return Facts(
        since=escalation.escalated_at,
        owner=owner,
        next_update_due_at=due,
        remedy=escalation.remedy,
        remedy_text=escalation.remedy_text,
        remedy_at=escalation.remedy_at,
        late=due is not None and due < now,
    )
