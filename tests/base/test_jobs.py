from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.base import clock, leases
from portal.base.jobs import HANDLERS, Job, every, handles, later, next_slot
from portal.base.leases import LEASE, TRIES, WAITS, LeaseLost
from portal.base.run import Run
from portal.base.tenancy import NOBODY, ScopedSession

Sessions = sessionmaker[ScopedSession]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.base.jobs.HANDLERS", HANDLERS)
    for name in list(HANDLERS):
        monkeypatch.delitem(HANDLERS, name)

    @handles("probe.work")
    def work(run: Run) -> None: ...

    @every("probe.round", minutes=15)
    def round_(run: Run) -> None: ...


@pytest.fixture
def worker(sessions: Sessions) -> Iterator[ScopedSession]:
    """What a worker sees: its statements stand alone."""
    with sessions(scope=NOBODY) as session:
        yield session


def claim(session: Session, lease: str = "mine", now: datetime | None = None) -> Job | None:
    job = leases.claim(session, lease, now or clock.now())
    if job:
        session.expunge(job)
    session.commit()
    return job


def claimed(session: Session, lease: str = "mine", now: datetime | None = None) -> Job:
    job = claim(session, lease, now)
    assert job
    return job


def jobs(session: Session) -> list[Job]:
    return list(session.scalars(select(Job).execution_options(populate_existing=True)))


def test_a_job_is_kept_or_undone_with_its_deed(worker: ScopedSession) -> None:
    later(worker, "probe.work")
    worker.rollback()
    assert claim(worker) is None
    later(worker, "probe.work", number=1)
    worker.commit()
    assert claimed(worker).payload == {"number": 1}


def test_a_job_is_taken_once(worker: ScopedSession) -> None:
    later(worker, "probe.work")
    worker.commit()
    assert claim(worker, "mine")
    assert claim(worker, "other") is None


def test_a_job_waits_for_its_time(worker: ScopedSession) -> None:
    at = clock.now() + timedelta(hours=1)
    later(worker, "probe.work", at=at)
    worker.commit()
    assert claim(worker) is None
    assert claim(worker, now=at)


def test_the_job_due_for_longest_comes_first(worker: ScopedSession) -> None:
    now = clock.now()
    for minutes in (2, 1, 3):
        later(worker, "probe.work", at=now + timedelta(minutes=minutes), minutes=minutes)
    worker.commit()
    end = now + timedelta(hours=1)
    order = [claimed(worker, now=end).payload["minutes"] for _ in range(3)]
    assert order == [1, 2, 3]


def test_twice_asked_with_one_key_is_once_done(worker: ScopedSession) -> None:
    soon, late = clock.now(), clock.now() + timedelta(days=1)
    first = later(worker, "probe.work", key="recount 1", at=late)
    assert later(worker, "probe.work", key="recount 1", at=soon) is first
    worker.commit()
    assert len(jobs(worker)) == 1
    assert claim(worker)


def test_what_is_asked_while_the_job_runs_is_done_after_it(worker: ScopedSession) -> None:
    first = later(worker, "probe.work", key="recount 1")
    worker.commit()
    assert claim(worker)
    second = later(worker, "probe.work", key="recount 1")
    worker.commit()
    assert second.id != first.id
    assert claim(worker)


def test_kinds_this_version_does_not_know_are_left_to_a_newer_one(worker: ScopedSession) -> None:
    later(worker, "probe.newer")
    worker.commit()
    assert claim(worker) is None


def test_a_lease_that_ended_is_anothers(worker: ScopedSession) -> None:
    later(worker, "probe.work")
    worker.commit()
    slow = claimed(worker, "slow")
    after = clock.now() + LEASE
    quick = claimed(worker, "quick", after)
    for deed in (
        lambda: leases.extend(worker, slow, after),
        lambda: leases.finish(worker, slow, after),
        lambda: leases.fail(worker, slow, after, "late"),
        lambda: leases.put_back(worker, slow, after),
    ):
        with pytest.raises(LeaseLost):
            deed()
    leases.finish(worker, quick, after)
    assert jobs(worker) == []


def test_an_extended_lease_is_kept(worker: ScopedSession) -> None:
    later(worker, "probe.work")
    worker.commit()
    job = claimed(worker)
    leases.extend(worker, job, clock.now() + LEASE / 2)
    worker.commit()
    assert claim(worker, "other", clock.now() + LEASE) is None


def test_five_failures_park_a_job(worker: ScopedSession) -> None:
    later(worker, "probe.work")
    worker.commit()
    now = clock.now()
    for wait in WAITS:
        assert not leases.fail(worker, claimed(worker, now=now), now, "no luck")
        assert claim(worker, now=now + wait - timedelta(seconds=1)) is None
        now += wait
    assert leases.fail(worker, claimed(worker, now=now), now, "no luck " * 100)
    assert claim(worker, now=now + timedelta(days=365)) is None
    (job,) = jobs(worker)
    assert (job.tries, len(job.error), job.parked_at) == (TRIES, 400, job.parked_at)
    assert job.parked_at


def test_staff_let_a_parked_job_begin_anew_or_give_it_up(worker: ScopedSession) -> None:
    job_id = later(worker, "probe.work").id
    worker.commit()
    now = clock.now()
    assert not leases.retry(worker, job_id, now)
    assert not leases.discard(worker, job_id)
    leases.fail(worker, claimed(worker), now, "no", hopeless=True)
    assert leases.retry(worker, job_id, now)
    worker.commit()
    leases.fail(worker, claimed(worker), now, "no", hopeless=True)
    assert leases.discard(worker, job_id)
    assert jobs(worker) == []


def test_in_1000_slots_two_schedulers_run_a_job_once_each(worker: ScopedSession) -> None:
    now = start = datetime(2026, 3, 28, 12, 7, tzinfo=UTC)  # summer time begins the night after
    runs: list[datetime] = []
    while len(runs) < 1000:
        for lease in ("one", "two"):
            leases.schedule(worker, now)
            if job := leases.claim(worker, lease, now):
                runs.append(now)
                leases.finish(worker, job, now)
        now += timedelta(minutes=15)
    assert runs == [start + timedelta(minutes=15 * slot) for slot in range(1000)]
    assert len(jobs(worker)) == 1


def test_slots_begin_at_even_times() -> None:
    moment = datetime(2026, 3, 28, 12, 7, 30, tzinfo=UTC)
    assert next_slot(moment, timedelta(minutes=15)) == datetime(2026, 3, 28, 12, 15, tzinfo=UTC)
    assert next_slot(moment, timedelta(hours=1)) == datetime(2026, 3, 28, 13, tzinfo=UTC)
    on_time = datetime(2026, 3, 28, 12, 15, tzinfo=UTC)
    assert next_slot(on_time, timedelta(minutes=15)) == on_time + timedelta(minutes=15)


def test_a_repeating_job_that_was_parked_tries_again_in_its_next_slot(
    worker: ScopedSession,
) -> None:
    now = datetime(2026, 3, 28, 12, 7, tzinfo=UTC)
    leases.schedule(worker, now)
    worker.commit()
    leases.fail(worker, claimed(worker, now=now), now, "no", hopeless=True)
    leases.schedule(worker, now)
    worker.commit()
    assert claim(worker, now=now) is None
    slot = datetime(2026, 3, 28, 12, 15, tzinfo=UTC)
    leases.schedule(worker, slot)
    worker.commit()
    assert claim(worker, now=slot)


def test_the_state_of_the_queue_is_told(worker: ScopedSession) -> None:
    nothing = leases.queue_state(worker)
    assert (nothing.depth, nothing.oldest, nothing.worker_seen_at) == (0, timedelta(), None)
    later(worker, "probe.work").due_at = clock.now() - timedelta(minutes=5)
    later(worker, "probe.work", at=clock.now() + timedelta(hours=1))
    later(worker, "probe.work").parked_at = clock.now()
    for seen in (timedelta(hours=2), timedelta()):
        leases.show_life(worker, clock.now() - seen)
    worker.commit()
    state = leases.queue_state(worker)
    assert timedelta(minutes=5) <= state.oldest < timedelta(minutes=6)
    assert (state.depth, state.parked) == (2, 1)
    assert state.worker_seen_at
    assert clock.now() - state.worker_seen_at < timedelta(minutes=1)
