"""One request as rows: what was said, the steps, the targets they come to, and what is found."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from portal.agreements.targets import Severity
from portal.base.history import Event
from portal.base.participation import seen_by
from portal.base.references import reference
from portal.base.search import Kind, Tokens, tokens_of
from portal.base.words import LabelledEnum
from portal.escalations.models import ThresholdNotice
from portal.service_requests.clocks import StepKind, TargetKind, clocks
from portal.service_requests.indexing import marks_of
from portal.service_requests.models import Follower, ServiceRequest, ServiceRequestMessage
from portal.service_requests.rules import (
    RUNNING,
    STOPPED,
    About,
    MessageKind,
    Source,
    Status,
)
from portal.service_requests.step_models import ServiceRequestStep, ServiceRequestTarget
from tests.benchmarks.request_past import deeds_of, targets_of, told_of
from tests.benchmarks.request_words import said, subject_of
from tests.benchmarks.years import People, Rows
from tests.factories import TARGETS

FREE, NOTES, ESCALATED = 0.1, 0.15, 0.02  # shares: nobody's, of messages, of what is open


@dataclass(frozen=True, slots=True)
class Made:
    request: ServiceRequest
    texts: list[str]  # that customers see
    notes: list[str]
    rows: Rows

    def entry(self, kind: Kind) -> tuple[int, int, Tokens]:
        """What it is found by, of staff and of customers."""
        texts = self.texts + (self.notes if kind is Kind.SERVICE_REQUEST_DESK else [])
        numbers = [reference("SR", self.request.id)]
        tokens = tokens_of(texts, identifiers=numbers, marks=marks_of(self.request, kind))
        return self.request.id, self.request.account_id, tokens


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted of a request."""

    id: int
    account_id: int
    status: Status
    messages: int
    opened_at: datetime
    last_at: datetime  # when it was last answered
    rare: bool  # whether it has the rare word


def made(plan: Plan, people: People, random: Random, now: datetime) -> Made:
    theirs = people.of_account[plan.account_id]
    opener, owner = random.choice(theirs), _owner(plan, people, random)
    of = {"request_id": plan.id, "account_id": plan.account_id}
    severity = random.choice(_SEVERITIES)
    subject = subject_of(plan.id, rare=plan.rare)
    texts, messages = [subject], []
    notes: list[str] = []
    steps = [_step(plan.opened_at, StepKind.OPENED, Status.NEW, severity, opener)]
    for number in range(plan.messages):
        at = plan.opened_at + (plan.last_at - plan.opened_at) * number / max(1, plan.messages - 1)
        by_staff = bool(number) and (number == plan.messages - 1 or random.random() < 0.5)
        note = by_staff and number < plan.messages - 1 and random.random() < NOTES
        parts = said(random)
        (notes if note else texts).extend(parts)
        author = (owner or random.choice(people.agents)) if by_staff else opener
        kind = MessageKind.REPLY if number else MessageKind.DESCRIPTION
        messages.append(of | _message(author, by_staff, note, kind, " ".join(parts), at))
        if by_staff and not note:
            steps.append(_step(at, StepKind.ANSWERED, Status.IN_PROGRESS, severity, author))
    if plan.status not in {Status.NEW, Status.IN_PROGRESS}:
        steps.append(_step(plan.last_at, StepKind.STATUS, plan.status, severity, owner or opener))
    found = clocks([_Step(**it) for it in steps], TARGETS, now)
    running, over = plan.status in RUNNING, plan.status in {Status.CLOSED, Status.CANCELED}
    escalated = plan.status not in STOPPED and random.random() < ESCALATED
    request = {
        "id": plan.id,
        "account_id": plan.account_id,
        "subject": subject[:160],
        "about": random.choice(list(About)),
        "severity": severity,
        "status": plan.status,
        "status_since": plan.last_at,
        "waiting_for": "send loggen" if plan.status is Status.WAITING_FOR_CUSTOMER else "",
        "site_id": random.choice(people.sites[plan.account_id]),
        "opened_at": plan.opened_at,
        "opened_by_id": opener,
        "on_behalf": False,
        "contact_id": opener,
        "contact_name": "Kari Nordmann",
        "contact_phone": "+4799999999",
        "own_reference": f"INC{plan.id:07}",
        "owner_id": owner,
        "escalated": escalated,
        "escalated_at": plan.last_at if escalated else None,
        "closed_at": plan.last_at if over else None,
        "people": seen_by([opener]),
        "changed_at": plan.last_at,
        "touched_at": plan.last_at,
        "targets": TARGETS,
        "first_response_due_at": found.due(TargetKind.FIRST_RESPONSE) if running else None,
        "next_update_due_at": found.due(TargetKind.NEXT_UPDATE) if running else None,
        "due_at": found.due_at if running else None,
        "version": plan.messages,
    }
    follower = {"user_id": opener, "muted": False, "since": plan.opened_at, "internal": False}
    rows: Rows = {
        ServiceRequest: [request],
        ServiceRequestMessage: messages,
        ServiceRequestStep: [of | it for it in steps],
        ServiceRequestTarget: [of | it for it in targets_of(found.promises)],
        Follower: [of | follower],
        ThresholdNotice: [of | it for it in told_of(found.promises, now)] if running else [],
        Event: list(deeds_of(plan, people, opener, owner)),
    }
    return Made(ServiceRequest(**request), texts, notes, rows)


_SEVERITIES = (*[Severity.MEDIUM] * 5, *[Severity.LOW] * 3, Severity.HIGH, Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    kind: StepKind
    status: Status
    severity: Severity
    by_id: int


def _step(
    at: datetime, kind: StepKind, status: Status, severity: Severity, by_id: int
) -> dict[str, Any]:
    return {"at": at, "kind": kind, "status": status, "severity": severity, "by_id": by_id}


def _message(  # noqa: PLR0917
    author: int, by_staff: bool, note: bool, kind: LabelledEnum, text: str, at: datetime
) -> dict[str, Any]:
    return {
        "kind": kind,
        "author_id": author,
        "by_staff": by_staff,
        "on_behalf": False,
        "automatic": False,
        "internal": note,
        "text": text,
        "written_at": at,
        "source": Source.PORTAL,
    }


def _owner(plan: Plan, people: People, random: Random) -> int | None:
    free = plan.status is Status.NEW or (plan.status not in STOPPED and random.random() < FREE)
    return None if free else random.choice(people.agents)
