"""What happens to jobs when the process that does them is killed, stopped or stuck."""

import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.base.jobs import Job, later
from portal.base.leases import TRIES
from portal.base.mails import Mail
from tests import databases
from tests.base.worker_process import LEASE

PATIENCE = 60  # seconds: a busy machine may take that long to start a process
Process = subprocess.Popen[str]
Start = Callable[[], Process]


@pytest.fixture
def start(engine: object, database_url: str, tmp_path: Path) -> Iterator[Start]:
    started: list[Process] = []
    url = databases.as_application(database_url)
    command = [sys.executable, "-m", "tests.base.worker_process", url, tmp_path.as_uri()]

    def starting() -> Process:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield starting
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def ask(session: Session, name: str, **payload: object) -> None:
    later(session, name, **payload)  # type: ignore[arg-type]
    session.commit()


def jobs(session: Session) -> list[Job]:
    session.rollback()
    return list(session.scalars(sa.select(Job).execution_options(populate_existing=True)))


def traces(session: Session) -> list[str]:
    session.rollback()
    return sorted(session.scalars(sa.select(Mail.message_id)))


def wait_for(session: Session, true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, [(job.name, job.tries, job.error) for job in jobs(session)]
        time.sleep(0.05)


def began(process: Process) -> None:
    assert process.stdout
    assert select.select([process.stdout], [], [], PATIENCE)[0], "It did not begin."
    assert process.stdout.readline() == "began\n"


def test_what_a_killed_worker_was_doing_is_done_once(session: Session, start: Start) -> None:
    marks = [f"{number:02}" for number in range(12)]
    for mark in marks:
        later(session, "probe.slow", mark=mark, seconds=0.05)
    session.commit()
    for _ in range(3):
        process = start()
        began(process)
        time.sleep(random.uniform(0, 0.15))
        process.kill()
        process.wait()
    start()
    wait_for(session, lambda: jobs(session) == [])
    assert traces(session) == marks


def test_a_worker_that_slept_through_its_lease_changes_nothing(
    session: Session, start: Start
) -> None:
    ask(session, "probe.slow", mark="once", seconds=0.3)
    sleeper = start()
    began(sleeper)
    sleeper.send_signal(signal.SIGSTOP)
    time.sleep(LEASE * 2)
    start()
    wait_for(session, lambda: traces(session) == ["once"])
    sleeper.send_signal(signal.SIGCONT)
    time.sleep(1)
    assert sleeper.poll() is None
    assert traces(session) == ["once"]
    assert jobs(session) == []


def test_a_job_that_kills_its_process_is_parked_and_others_are_done(
    session: Session, start: Start
) -> None:
    ask(session, "probe.abort")
    with _restarted(start):
        ask(session, "probe.slow", mark="on time", seconds=0)
        wait_for(session, lambda: traces(session) == ["on time"])
        wait_for(session, lambda: all(job.parked_at for job in jobs(session)), PATIENCE * 2)
    (job,) = jobs(session)
    assert job.tries == TRIES + 1
    assert job.error == "The process ended while the job was done."


def test_a_job_that_cannot_be_interrupted_ends_its_process(session: Session, start: Start) -> None:
    ask(session, "probe.stuck")
    assert start().wait(PATIENCE) == 1
    (job,) = jobs(session)
    assert job.tries == 1


def test_a_worker_told_to_stop_finishes_its_job(session: Session, start: Start) -> None:
    ask(session, "probe.slow", mark="finished", seconds=0.3)
    process = start()
    began(process)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert traces(session) == ["finished"]


def test_a_worker_told_to_stop_gives_long_work_back(session: Session, start: Start) -> None:
    ask(session, "probe.endless")
    process = start()
    began(process)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    (job,) = jobs(session)
    assert (job.lease, job.tries, job.parked_at) == (None, 0, None)


@contextmanager
def _restarted(start: Start) -> Iterator[None]:
    """Two workers, each of which is started again when it dies, as a supervisor would."""
    over = threading.Event()

    def keep() -> None:
        process = start()
        while not over.wait(0.05):
            if process.poll() is not None:
                process = start()

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
