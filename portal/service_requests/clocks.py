"""When an answer is due: worked out from the history of a request, and from nothing else.

Two clocks. *First response* runs from opening to the first public answer of ours. *Next update*
runs from opening, and anew from each public answer, to the next. Both stand still while a request
waits for somebody else or is over. A change of severity measures a target anew from where it began,
unless it is missed already: that stays on record.

All arithmetic is on moments in UTC: two moments that show the local time of one zone would be
subtracted by what their clocks show, which on two nights of the year is an hour wrong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from portal.agreements.targets import Severity, first_response, next_update
from portal.base.words import N_, LabelledEnum
from portal.service_requests.rules import RUNNING, Status


class StepKind(LabelledEnum):
    """What happened that clocks must know of."""

    OPENED = "opened", N_("Opened")
    STATUS = "status", N_("Status changed")
    SEVERITY = "severity", N_("Severity changed")
    ANSWERED = "answered", N_("Answered")  # a public message of staff


class TargetKind(LabelledEnum):
    FIRST_RESPONSE = "first_response", N_("First response")
    NEXT_UPDATE = "next_update", N_("Next update")


class Step(Protocol):
    """One moment of a history, and how the request stood from then on."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> StepKind: ...
    @property
    def status(self) -> Status: ...
    @property
    def severity(self) -> Severity: ...


@dataclass(frozen=True, slots=True)
class Promise:
    """One target. `due_at` is the last moment in time; None while its clock stands still.

    `missed_at` is when that passed without an answer, and stays. `met_at` is when the answer came,
    late or not. `left` is what was left of it, below nothing when it is missed.
    """

    kind: TargetKind
    severity: Severity
    started_at: datetime
    due_at: datetime | None = None
    met_at: datetime | None = None
    missed_at: datetime | None = None
    left: timedelta = field(default=timedelta(0), compare=False)


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a history comes to at a moment."""

    promises: tuple[Promise, ...]
    running: bool
    spent: Mapping[Status, timedelta]  # in each status

    def open(self, kind: TargetKind) -> Promise | None:
        """The target of this kind that is not met yet."""
        waiting = [it for it in self.promises if it.kind is kind and it.met_at is None]
        return waiting[-1] if waiting else None

    def due(self, kind: TargetKind) -> datetime | None:
        promise = self.open(kind)
        return promise.due_at if promise and self.running else None

    @property
    def due_at(self) -> datetime | None:
        """The nearer of the two; None while both stand still."""
        return min(filter(None, map(self.due, TargetKind)), default=None)

    @property
    def waited_for_customer(self) -> timedelta:
        return self.spent.get(Status.WAITING_FOR_CUSTOMER, timedelta(0))


def clocks(steps: Iterable[Step], targets: Mapping[str, int], now: datetime) -> Clocks:
    """Follow a history, oldest first, until `now`."""
    promises: list[Promise] = []
    waiting: dict[TargetKind, _Watch] = {}
    spent: dict[Status, timedelta] = {}
    status, at = None, now.astimezone(UTC)
    for step in steps:
        before, at = at, step.at.astimezone(UTC)
        if status is not None:
            at = max(at, before)  # the clocks of two machines are never quite the same
        if status is None:
            waiting = {kind: _Watch(kind, step.severity, at, targets) for kind in TargetKind}
        else:
            _pass(waiting, spent, status, before, at)
        status = step.status
        if step.kind is StepKind.ANSWERED:
            promises += [watch.met(at, status in RUNNING) for watch in waiting.values()]
            waiting = {
                TargetKind.NEXT_UPDATE: _Watch(TargetKind.NEXT_UPDATE, step.severity, at, targets)
            }
        for watch in waiting.values():
            watch.measure(step.severity, at, running=status in RUNNING)
    end = max(at, now.astimezone(UTC))
    if status is not None:
        _pass(waiting, spent, status, at, end)
    running = status in RUNNING
    promises += [watch.promise(end, running) for watch in waiting.values()]
    return Clocks(tuple(sorted(promises, key=lambda it: (it.started_at, it.kind))), running, spent)


def _pass(
    waiting: "dict[TargetKind, _Watch]",
    spent: dict[Status, timedelta],
    status: Status,
    since: datetime,
    until: datetime,
) -> None:
    """Let time pass in one status."""
    spent[status] = spent.get(status, timedelta(0)) + (until - since)
    if status in RUNNING:
        for watch in waiting.values():
            watch.run(since, until)


def allowed(targets: Mapping[str, int], kind: TargetKind, severity: Severity) -> timedelta:
    """How long a target of a request may take in all."""
    if kind is TargetKind.FIRST_RESPONSE:
        return timedelta(minutes=targets[first_response(severity)])
    return timedelta(hours=targets[next_update(severity)])


def near(promise: Promise, targets: Mapping[str, int]) -> datetime | None:
    """When a quarter of what it may take is left, of one that is open and whose clock runs."""
    if promise.met_at is not None or promise.due_at is None:
        return None
    return promise.due_at - allowed(targets, promise.kind, promise.severity) / 4


class _Watch:
    """A clock that is running towards a target, or stands still."""

    def __init__(
        self, kind: TargetKind, severity: Severity, at: datetime, targets: Mapping[str, int]
    ) -> None:
        self.targets, self.found = targets, Promise(kind, severity, at)
        self.allowed = self._allowed(severity)
        self.runs: list[tuple[datetime, datetime]] = []

    def _allowed(self, severity: Severity) -> timedelta:
        return allowed(self.targets, self.found.kind, severity)

    def run(self, since: datetime, until: datetime) -> None:
        self.runs.append((since, until))
        self._look(since)

    def measure(self, severity: Severity, at: datetime, *, running: bool) -> None:
        """The severity from now on. What is missed stays so, by what held when it was."""
        if self.found.missed_at is None and severity is not self.found.severity:
            self.found, self.allowed = (
                replace(self.found, severity=severity),
                self._allowed(severity),
            )
            if running:  # nobody is late while others have the ball
                self._look(at)

    def met(self, at: datetime, running: bool) -> Promise:
        return replace(self.promise(at, running), met_at=at)

    def promise(self, at: datetime, running: bool) -> Promise:
        left = self.allowed - sum((until - since for since, until in self.runs), timedelta(0))
        if self.found.missed_at is not None:
            return replace(self.found, left=left)
        return replace(self.found, due_at=self._due(at) if running else None, left=left)

    def _look(self, since: datetime) -> None:
        """Whether it is missed by now, which nothing before `since` told."""
        now = self.runs[-1][1] if self.runs else since
        if self.found.missed_at is None and (due := self._due(now)) < now:
            self.found = replace(self.found, due_at=due, missed_at=max(due, since))

    def _due(self, at: datetime) -> datetime:
        """The last moment in time, if the clock runs at `at` and goes on."""
        left = self.allowed
        for since, until in self.runs:
            if until - since > left:
                return since + left
            left -= until - since
        return at + left
