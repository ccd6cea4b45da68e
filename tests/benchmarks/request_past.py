"""What is written of a request beside it: its targets, what was told of them, and its history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from portal.base.deeds import What
from portal.service_requests.clocks import near
from portal.service_requests.models import ServiceRequest
from tests.benchmarks.years import People, events_of
from tests.factories import TARGETS


def targets_of(promises: Any) -> Iterator[dict[str, Any]]:
    names = ("kind", "severity", "started_at", "due_at", "met_at", "missed_at")
    for number, promise in enumerate(promises):
        yield {"number": number} | {
            "near_at": near(promise, TARGETS),
            **{name: getattr(promise, name) for name in names},
        }


def told_of(promises: Any, now: datetime) -> Iterator[dict[str, Any]]:
    """What is near or late by now was told when it became so."""
    for number, it in enumerate(promises):
        if it.met_at is None and it.due_at and it.due_at - now < timedelta(hours=30):
            for percent in (75, 100) if it.due_at <= now else (75,):
                key = {"target": f"target {number}.0", "percent": percent, "internal": True}
                yield key | {"told_at": it.due_at}


def deeds_of(plan: Any, people: People, opener: int, owner: int | None) -> Iterator[dict[str, Any]]:
    told: list[tuple[What, int | None, dict[str, Any]]] = [(What.OPENED, opener, {})]
    if owner:
        told += [(What.ASSIGNED, owner, {"owner": owner}), (What.ANSWERED, owner, {})]
    record = (ServiceRequest.__tablename__, plan.id, plan.account_id)
    yield from events_of(people, record, plan.opened_at, told)
