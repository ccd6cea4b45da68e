"""A worker in a process of its own, for the tests to kill, stop and wake.

Its jobs leave a mail each as the trace of what they did. Leases are short, so that tests are.
"""

import os
import sys
import time
from datetime import timedelta
from itertools import repeat

from sqlalchemy.orm import sessionmaker

import portal.accounts.models  # noqa: F401 - jobs point to accounts and users
from portal.base import clock, leases, limits, run, worker
from portal.base.db import make_engine
from portal.base.file_store import FileStore
from portal.base.jobs import HANDLERS, handles
from portal.base.mails import Mail
from portal.base.run import Run
from portal.base.tenancy import NOBODY, ScopedSession, trip_wire

LEASE = 1.0


def only_probes() -> None:
    """Leave the portal's own jobs out of it."""
    for name in [name for name in HANDLERS if not name.startswith("probe.")]:
        del HANDLERS[name]


def trace(mark: str) -> Mail:
    return Mail(
        message_id=mark,
        address="kari@nordlys.example.com",
        language="nb",
        subject=mark,
        text="",
        html="",
        written_at=clock.now(),
    )


@handles("probe.slow")
def slow(work: Run, *, mark: str, seconds: float) -> None:
    """Says that it began, dawdles, and leaves its trace."""
    print("began", flush=True)
    time.sleep(seconds)
    with work.session(NOBODY) as session:
        session.add(trace(mark))
        work.finish(session)


@handles("probe.abort")
def abort(work: Run) -> None:
    os.abort()


@handles("probe.endless", limit=60)
def endless(work: Run) -> None:
    print("began", flush=True)
    while True:
        time.sleep(0.01)


@handles("probe.stuck", limit=0.3)
def stuck(work: Run) -> None:
    """Nothing written in Python can end this: the interpreter is held."""
    sum(repeat(0))


def main() -> None:
    only_probes()
    leases.LEASE, run._BEAT = timedelta(seconds=LEASE), LEASE / 4
    limits._PATIENCE = 0.5
    worker._LAST_WORDS = 0.5
    url, folder = sys.argv[1:]
    sessions = sessionmaker(trip_wire(make_engine(url)), class_=ScopedSession)
    files = FileStore(folder)
    worker.Worker(sessions, files=files, settings=None, rights=lambda *_: None).run_as_process()


if __name__ == "__main__":
    main()
