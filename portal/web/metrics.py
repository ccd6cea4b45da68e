"""What Prometheus is told: counted as it happens, and asked of the queue when somebody looks.

Where PROMETHEUS_MULTIPROC_DIR is set, several processes count together (see prometheus-client).
"""

import os
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from portal.base.leases import QueueState

_registry = CollectorRegistry()
REQUESTS = Histogram(
    "portal_request_seconds",
    "How long requests took, by endpoint and status.",
    ["endpoint", "method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_registry,
)
STATEMENTS = Histogram(
    "portal_request_statements",
    "How many SQL statements requests sent, by endpoint.",
    ["endpoint"],
    buckets=(0, 2, 4, 6, 8, 12, 20, 50),
    registry=_registry,
)
SIGN_INS = Counter(
    "portal_sign_ins", "Tries to sign in, by outcome.", ["outcome"], registry=_registry
)
LOST_LINES = Counter(
    "portal_log_lines_lost", "Log lines that nobody read in time.", registry=_registry
)
JOBS_DUE = Gauge(
    "portal_jobs_due",
    "Jobs that wait for a worker.",
    registry=_registry,
    multiprocess_mode="mostrecent",
)
JOBS_PARKED = Gauge(
    "portal_jobs_parked",
    "Jobs that failed too often.",
    registry=_registry,
    multiprocess_mode="mostrecent",
)
JOBS_AGE = Gauge(
    "portal_jobs_oldest_seconds",
    "How long the oldest of the waiting jobs has waited.",
    registry=_registry,
    multiprocess_mode="mostrecent",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request was answered."""

    endpoint: str
    method: str
    status: int
    ms: float
    statements: int


def answered(answer: Answer) -> None:
    labels = (answer.endpoint, answer.method, str(answer.status))
    REQUESTS.labels(*labels).observe(answer.ms / 1000)
    STATEMENTS.labels(answer.endpoint).observe(answer.statements)


def exposition(queue: QueueState) -> bytes:
    """All of it, in Prometheus' text format."""
    JOBS_DUE.set(queue.depth)
    JOBS_PARKED.set(queue.parked)
    JOBS_AGE.set(queue.oldest.total_seconds())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(_registry)
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
