"""What hangs on a replacement: its history, what was told and asked of its return, and answered."""

from random import Random
from typing import Any

from portal.base.clock import day_of
from portal.base.deeds import What
from portal.base.files import StoredFile
from portal.base.history import Event
from portal.dead_on_arrival.models import ReplacementLink
from portal.liability.models import LiabilityWaiver
from portal.replacements.models import Replacement
from portal.replacements.rules import Liability, ReturnStage, Stage, State
from portal.returns.models import DestructionCertificate, ReturnExtension, ReturnNotice
from portal.returns.rules import Answer, Method
from tests.benchmarks.replacement_courses import OVER_AFTER, Course, Plan
from tests.benchmarks.years import People, Rows, events_of

TABLES = (
    *(ReplacementLink, ReturnNotice, ReturnExtension, StoredFile, DestructionCertificate),
    *(LiabilityWaiver, Event),
)
_EXTENDED, _CERTIFIED, _WAIVED = 0.1, 0.4, 0.1  # shares: of what was at risk, to be destroyed, due
_LATE = frozenset({Course.OVERDUE, Course.CHARGED, Course.PAID, Course.WAIVED})
_DEEDS: dict[State, What] = {
    Stage.APPROVED: What.APPROVED,
    Stage.SHIPPED: What.SHIPPED,
    Stage.DELIVERED: What.DELIVERED,
    Stage.CANCELED: What.CALLED_OFF,
    Stage.DECLINED: What.DECLINED,
    ReturnStage.RECEIVED: What.RECEIVED_BACK,
    Liability.CHARGED: What.CHARGED,
}


def beside(plan: Plan, people: People, asker: int, desk: int, random: Random) -> Rows:
    of = {"replacement_id": plan.id, "account_id": plan.account_id}
    course = plan.course
    rows: Rows = {table: [] for table in TABLES}
    if plan.before_id:
        link = {"next_id": plan.id, "linked_at": plan.asked_at}
        rows[ReplacementLink].append(of | link | {"replacement_id": plan.before_id})
    if course.reached(Liability.AT_RISK) is not None and plan.delivered:
        rows[ReturnNotice] = [of | it for it in _told(plan, late=course in _LATE)]
        if random.random() < _EXTENDED:
            waits = course is Course.OVERDUE
            rows[ReturnExtension].append(of | _extension(plan, asker, None if waits else desk))
    destroyed = course is Course.DESTROYED
    if destroyed or (course is Course.TO_DESTROY and random.random() < _CERTIFIED):
        rows[StoredFile].append(_file(plan))
        rows[DestructionCertificate].append(
            of | _certificate(plan, asker, desk if destroyed else None)
        )
    if course is Course.CHARGED and random.random() < _WAIVED:
        reason = {"reason": "Kom bort hos oss", "proposed_by_id": desk, "internal": True}
        rows[LiabilityWaiver].append(of | reason | {"proposed_at": plan.at(26)})
    deeds = [_DEEDS[state] for state, _days in course.value.moves if state in _DEEDS]
    told: list[Any] = [(What.REPLACEMENT_ASKED, asker, {}), *((each, desk, {}) for each in deeds)]
    record = (Replacement.__tablename__, plan.id, plan.account_id)
    rows[Event] = list(events_of(people, record, plan.asked_at, told))
    return rows


def _told(plan: Plan, *, late: bool) -> list[dict[str, Any]]:
    due = {"due_on": day_of(plan.at(OVER_AFTER))}
    days = {"five": OVER_AFTER - 7, "one": OVER_AFTER - 1, "over": OVER_AFTER + 1}
    return [
        due | {"what": what, "told_on": day_of(plan.at(after))}
        for what, after in days.items()
        if late or what != "over"
    ]


def _extension(plan: Plan, asker: int, by: int | None) -> dict[str, Any]:
    asked = {"until": day_of(plan.at(OVER_AFTER)), "reason": "Ferie", "asked_at": plan.at(5)}
    return asked | {"asked_by_id": asker} | _answered(plan, by)


def _file(plan: Plan) -> dict[str, Any]:
    told = {"key": f"certificate-{plan.id}", "name": "bevis.pdf", "media_type": "application/pdf"}
    made = {"id": plan.id, "account_id": plan.account_id, "created_at": plan.at(2)}
    return made | told | {"size": 40_000, "sha256": "0" * 64}


def _certificate(plan: Plan, asker: int, by: int | None) -> dict[str, Any]:
    signed = {"method": Method.SHREDDED, "destroyed_on": day_of(plan.at(2)), "signed_by": "Per"}
    sent = {"file_id": plan.id, "sent_at": plan.at(2), "sent_by_id": asker}
    return signed | sent | _answered(plan, by)


def _answered(plan: Plan, by: int | None) -> dict[str, Any]:
    if by is None:
        return {"answer": Answer.OPEN, "answered_at": None, "answered_by_id": None}
    return {"answer": Answer.YES, "answered_at": plan.at(9), "answered_by_id": by}
