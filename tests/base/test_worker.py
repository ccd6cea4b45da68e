import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from portal.base import clock, leases
from portal.base.access import Permission
from portal.base.file_store import FileStore
from portal.base.jobs import HANDLERS, Hopeless, Job, NotNow, every, handles, later
from portal.base.leases import LEASE, TRIES, Pulse
from portal.base.mails import Mail
from portal.base.run import Run
from portal.base.tenancy import NOBODY, Scope, ScopedSession
from portal.base.worker import Worker
from tests.base.worker_process import trace
from tests.factories import account_of, make_user

Sessions = sessionmaker[ScopedSession]
Ask = Callable[..., int]


@pytest.fixture(autouse=True)
def _only_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(HANDLERS):
        monkeypatch.delitem(HANDLERS, name)


@pytest.fixture
def rights() -> dict[tuple[int, int], Scope]:
    return {}


@pytest.fixture
def worker(sessions: Sessions, files: FileStore, rights: dict[tuple[int, int], Scope]) -> Worker:
    return Worker(
        sessions,
        files=files,
        settings=None,
        rights=lambda user_id, account_id, _permission: rights.get((user_id, account_id)),
    )


@pytest.fixture
def ask(session: Session) -> Ask:
    """Ask for a job, and tell its id."""

    def asking(name: str, **options: object) -> int:
        job = later(session, name, **options)  # type: ignore[arg-type]
        session.commit()
        return job.id

    return asking


def jobs(session: Session) -> list[Job]:
    session.rollback()
    return list(session.scalars(select(Job).execution_options(populate_existing=True)))


def take_over(sessions: Sessions, now: datetime) -> None:
    """Another worker leases the job."""
    with sessions(scope=NOBODY) as other:
        assert leases.claim(other, "other", now)
        other.commit()


def traces(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(select(Mail.message_id)))


def test_a_job_that_is_done_is_gone(session: Session, worker: Worker, ask: Ask) -> None:
    done = []

    @handles("probe.work")
    def work(run: Run, *, number: int) -> None:
        done.append((number, run.files, run.job.tries))

    ask("probe.work", number=7)
    assert worker.run_due() == 1
    assert done == [(7, worker._tools["files"], 1)]
    assert jobs(session) == []


def test_a_job_runs_in_the_context_it_was_given(
    sessions: Sessions, files: FileStore, ask: Ask
) -> None:
    told = []

    @contextmanager
    def around() -> Iterator[None]:
        told.append("in")
        yield
        told.append("out")

    @handles("probe.work")
    def work(run: Run) -> None:
        told.append("work")

    ask("probe.work")
    tools = {"files": files, "settings": None, "rights": lambda *_: None}
    Worker(sessions, **tools, around=around).run_due()  # type: ignore[arg-type]
    assert told == ["in", "work", "out"]


def test_a_job_that_fails_is_tried_again_and_then_parked(
    session: Session, worker: Worker, ask: Ask
) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        with run.session(NOBODY) as working:
            working.add(trace(f"try {run.job.tries}"))
            raise ValueError("no luck\nand a secret")

    ask("probe.work")
    now = clock.now()
    assert worker.run_due(now) == 1
    (job,) = jobs(session)
    assert (job.error, job.lease) == ("ValueError: no luck", None)
    assert worker.run_due(now + timedelta(seconds=5)) == 0
    for day in range(1, TRIES):
        assert worker.run_due(now + timedelta(days=day)) == 1
    assert worker.run_due(now + timedelta(days=99)) == 0
    (job,) = jobs(session)
    assert job.parked_at
    assert job.tries == TRIES
    assert traces(session) == []


def test_a_hopeless_job_is_parked_at_once(session: Session, worker: Worker, ask: Ask) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        raise Hopeless("The address is no address.")

    ask("probe.work")
    assert worker.run_due() == 1
    (job,) = jobs(session)
    assert job.parked_at
    assert job.error == "The address is no address."


def test_waiting_for_the_world_does_not_count_as_a_try(
    session: Session, worker: Worker, ask: Ask
) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        raise NotNow("The server is away.", wait=timedelta(hours=1))

    ask("probe.work")
    now = clock.now()
    for hour in range(20):
        assert worker.run_due(now + timedelta(hours=hour, minutes=1)) == 1
    (job,) = jobs(session)
    assert (job.tries, job.parked_at, job.error) == (0, None, "The server is away.")


def test_a_job_whose_process_dies_each_time_is_parked_and_not_tried_a_sixth_time(
    session: Session, sessions: Sessions, worker: Worker, ask: Ask
) -> None:
    called = []
    handles("probe.work")(lambda run: called.append(1))
    ask("probe.work")
    now = clock.now()
    for _ in range(TRIES):
        take_over(sessions, now)
        now += LEASE
    assert worker.run_due(now) == 1
    (job,) = jobs(session)
    assert job.parked_at
    assert called == []


def test_a_worker_that_lost_its_lease_keeps_nothing(
    session: Session, sessions: Sessions, worker: Worker, ask: Ask
) -> None:
    tries = []

    @handles("probe.work")
    def work(run: Run) -> None:
        tries.append(run.job.lease)
        if len(tries) == 1:  # it sleeps too long, and another worker does the job meanwhile
            assert worker.run_one(clock.now() + LEASE)
        with run.session(NOBODY) as working:
            working.add(trace(f"worker {len(tries)} {run.job.lease}"))

    ask("probe.work")
    assert worker.run_due() == 1
    assert traces(session) == [f"worker 2 {tries[1]}"]
    assert jobs(session) == []


def test_a_worker_that_lost_its_lease_cannot_park_the_job(
    session: Session, sessions: Sessions, worker: Worker, ask: Ask
) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        take_over(sessions, clock.now() + LEASE)
        raise Hopeless("I give up.")

    ask("probe.work")
    worker.run_due()
    (job,) = jobs(session)
    assert (job.lease, job.parked_at) == ("other", None)


def test_a_deed_and_the_end_of_its_job_are_kept_together(
    session: Session, worker: Worker, ask: Ask
) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        with run.session(NOBODY) as working:
            working.add(trace("deed"))
            run.finish(working)
        raise ValueError("The process might as well have died here.")

    ask("probe.work")
    assert worker.run_due() == 1
    assert traces(session) == ["deed"]
    assert jobs(session) == []


def test_a_deed_that_is_undone_does_not_end_its_job(
    session: Session, worker: Worker, ask: Ask
) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        with run.session(NOBODY) as working:
            working.add(trace("deed"))
            run.finish(working)
            raise ValueError("Something went wrong before the end.")

    ask("probe.work")
    assert worker.run_due() == 1
    assert traces(session) == []
    (job,) = jobs(session)
    assert job.error


def test_a_job_that_takes_too_long_is_interrupted(
    session: Session, worker: Worker, ask: Ask
) -> None:
    @handles("probe.work", limit=0.2)
    def work(run: Run) -> None:
        while True:
            try:
                time.sleep(5)
            except Exception:
                continue

    ask("probe.work")
    began = time.monotonic()
    assert worker.run_due() == 1
    assert time.monotonic() - began < 4
    (job,) = jobs(session)
    assert (job.tries, job.error) == (1, "It took longer than it may.")


def test_long_work_keeps_its_lease(
    session: Session, worker: Worker, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.base.run._BEAT", 0.05)
    ends: set[datetime | None] = set()

    @handles("probe.work")
    def work(run: Run) -> None:
        for _ in range(5):
            time.sleep(0.1)
            run.beat()
            ends.update(job.due_at for job in jobs(session))

    ask("probe.work")
    worker.run_due()
    assert len(ends) > 2
    assert session.scalars(select(Pulse)).all()


def test_work_beyond_its_limit_is_told_that_the_lease_is_lost(
    session: Session, worker: Worker, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.base.run._BEAT", 0.05)
    beats = []

    @handles("probe.work", limit=0.2)
    def work(run: Run) -> None:
        for _ in range(100):
            time.sleep(0.05)
            run.beat()
            beats.append(1)

    ask("probe.work")
    # Where no signal reaches: in a thread.
    thread = threading.Thread(target=worker.run_due)
    thread.start()
    thread.join()
    assert len(beats) < 20


def test_a_job_reaches_what_its_person_may_reach_now(
    session: Session, worker: Worker, ask: Ask, rights: dict[tuple[int, int], Scope]
) -> None:
    user = make_user(session)
    account_id = account_of(user).id
    scopes = []

    @handles("probe.work")
    def work(run: Run) -> None:
        scopes.append(run.scope(Permission.PRODUCTS_CHANGE))

    ask("probe.work")
    ask("probe.work", account_id=account_id)
    own = rights[user.id, account_id] = Scope(frozenset({account_id}), account_id)
    ask("probe.work", account_id=account_id, user_id=user.id)
    worker.run_due()
    system = Scope(frozenset({account_id}), account_id, reason="job probe.work")
    assert scopes == [NOBODY, system, own]
    del rights[user.id, account_id]
    ask("probe.work", account_id=account_id, user_id=user.id)
    worker.run_due()
    (job,) = jobs(session)
    assert job.parked_at


def test_two_workers_do_100_jobs_once_each(
    session: Session, worker: Worker, sessions: Sessions
) -> None:
    @handles("probe.work")
    def work(run: Run, *, mark: str) -> None:
        with run.session(NOBODY) as working:
            working.add(trace(mark))

    for number in range(100):
        later(session, "probe.work", mark=f"{number:03}")
    session.commit()
    threads = [threading.Thread(target=worker.run_due) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert traces(session) == [f"{number:03}" for number in range(100)]
    assert jobs(session) == []


def test_a_database_that_is_away_is_waited_for(
    session: Session, worker: Worker, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    @handles("probe.work")
    def work(run: Run) -> None:
        worker.stop()

    answer, faults = leases.is_due, iter([OperationalError("SELECT", {}, OSError("gone"))])

    def ill(asking: Session, now: datetime) -> bool:
        if fault := next(faults, None):
            raise fault
        return answer(asking, now)

    monkeypatch.setattr(leases, "is_due", ill)
    ask("probe.work")
    worker.run()
    assert jobs(session) == []


def test_a_worker_shows_that_it_lives_and_starts_what_repeats(
    session: Session, worker: Worker, ask: Ask
) -> None:
    done = []

    @every("probe.round", hours=1)
    def round_(run: Run) -> None:
        done.append(run.job.name)
        worker.stop()

    worker.run()
    assert done == ["probe.round"]
    (job,) = jobs(session)
    assert job.due_at
    assert clock.now() < job.due_at <= clock.now() + timedelta(hours=1)
    assert leases.queue_state(session).worker_seen_at


def test_what_a_job_asks_for_is_done_too(worker: Worker, ask: Ask) -> None:
    done = []

    @handles("probe.first")
    def first(run: Run) -> None:
        with run.session(run.scope(Permission.PRODUCTS_CHANGE)) as working:
            later(working, "probe.second")

    @handles("probe.second")
    def second(run: Run) -> None:
        done.append("second")

    ask("probe.first")
    assert worker.run_due() == 2
    assert done == ["second"]
