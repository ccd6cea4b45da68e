"""The loop that does the jobs, one at a time.

`portal work` runs one in a process of its own, as does `portal serve` in a child process, where
heavy jobs hold up no page; tests call `run_due`. A worker can be killed at any moment: its lease
ends, and the job is another's.
"""

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from portal.base import leases
from portal.base.db import READING
from portal.base.file_store import FileStore
from portal.base.jobs import GIVEN_UP, HANDLERS, Hopeless, Job, NotNow
from portal.base.leases import TRIES, LeaseLost
from portal.base.limits import Interrupted, hurry, time_limit
from portal.base.run import Rights, Run, Sessions
from portal.base.tenancy import NOBODY, Scope, ScopedSession

_POLL = 0.25
_ROUND = 15.0  # seconds between two looks at the repeating jobs
_LAST_WORDS = 20.0  # seconds a job gets to end in when the worker is told to stop
_log = logging.getLogger(__name__)


class Worker:
    def __init__(
        self,
        sessions: Sessions,
        *,
        files: FileStore,
        settings: Any,
        rights: Rights,
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
        at_rest: Callable[[], None] = lambda: None,
    ) -> None:
        """`around` is entered for each job: the application's context, in which mails are drawn.

        `at_rest` lets go of what jobs share, when there is nothing more to do.
        """
        self.stopping = threading.Event()
        self._sessions, self._around, self._at_rest = sessions, around, at_rest
        self._tools: dict[str, Any] = {"files": files, "settings": settings, "rights": rights}
        self._deadly = False
        self._looked_at = -_ROUND

    def run_as_process(self) -> None:
        """Run until SIGTERM or SIGINT.

        A job that goes on in spite of its time limit ends the process: whoever started it must
        start another.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        self._deadly = True
        self.run()

    def run(self) -> None:
        """Do jobs until told to stop. A database that is away is waited for."""
        while not self.stopping.is_set():
            try:
                self._look_around()
                worked = self.run_one()
            except (DBAPIError, NoConnection) as error:
                _log.warning("jobs wait for the database: %s", type(error).__name__)
                worked = self.stopping.wait(1)
            if not worked:
                self._at_rest()
                self.stopping.wait(_POLL)
        self._at_rest()

    def stop(self) -> None:
        """Come to an end: the job at hand may finish if that is soon, else it is given back."""
        self.stopping.set()
        hurry(_LAST_WORDS)

    def run_due(self, now: datetime | None = None) -> int:
        """Do every job that is due, and tell how many tries that took. For tests and the shell."""
        tries = 0
        while self.run_one(now):
            tries += 1
        self._at_rest()
        return tries

    def run_one(self, now: datetime | None = None) -> bool:
        """Do the job that has been due for longest. False when there is none."""
        with self._sessions(scope=NOBODY) as session:
            session.connection(execution_options=READING)
            if not leases.is_due(session, now or leases.time_of(session)):
                return False
        with self._sessions(scope=NOBODY) as session:
            job = leases.claim(session, token_hex(16), now or leases.time_of(session))
            if job is None:
                return False  # another worker was quicker
            session.expunge(job)
            session.commit()
        try:
            self._try(job, now)
        except LeaseLost:
            _log.warning("job %s %d was taken over", job.name, job.id)
        return True

    def _try(self, job: Job, now: datetime | None) -> None:
        began, run = monotonic(), Run(job, sessions=self._sessions, **self._tools)
        try:
            self._do(job, run)
            if not run.finished:
                self._tell(now, lambda session, at: leases.finish(session, job, at))
            _log.info("job %s %d done in %.1f s", job.name, job.id, monotonic() - began)
        except NotNow as wait:
            self._put_back(job, now, wait.wait, _brief(wait))
        except Interrupted:
            if self.stopping.is_set():
                self._put_back(job, now, timedelta(), "")
            else:
                self._fail(job, now, "It took longer than it may.")
        except LeaseLost:
            raise
        except Exception as error:
            self._fail(job, now, _brief(error), error)

    def _do(self, job: Job, run: Run) -> None:
        handler = HANDLERS[job.name]
        if job.tries > TRIES:
            raise Hopeless("The process ended while the job was done.")
        limited = time_limit(handler.limit, deadly=self._deadly)
        with self._around(), run.kept(handler.limit), limited:
            handler.function(run, **job.payload)

    def _fail(
        self, job: Job, now: datetime | None, told: str, error: Exception | None = None
    ) -> None:
        hopeless = isinstance(error, Hopeless)
        _log.error("job %s %d failed, try %d", job.name, job.id, job.tries, exc_info=error)
        undo = GIVEN_UP.get(job.name)

        def park(session: ScopedSession, at: datetime) -> bool:
            return leases.fail(session, job, at, told, hopeless=hopeless)

        if undo is not None:
            try:
                self._tell(
                    now,
                    lambda session, at: park(session, at) and undo(session, **job.payload),
                    _of_its_account(job),
                )
            except Exception as trouble:  # such as that the account was closed: it is parked still
                _log.warning("job %s %d was not undone", job.name, job.id, exc_info=trouble)
            else:
                return
        self._tell(now, park)

    def _put_back(self, job: Job, now: datetime | None, wait: timedelta, told: str) -> None:
        _log.info("job %s %d put back: %s", job.name, job.id, told)
        self._tell(now, lambda session, at: leases.put_back(session, job, at + wait, told))

    def _look_around(self) -> None:
        if monotonic() - self._looked_at >= _ROUND:
            self._tell(None, leases.schedule)
            self._tell(None, leases.show_life)
            self._looked_at = monotonic()

    def _tell(
        self,
        now: datetime | None,
        deed: Callable[[ScopedSession, datetime], object],
        scope: Scope = NOBODY,
    ) -> None:
        with self._sessions(scope=scope) as session:
            deed(session, now or leases.time_of(session))
            session.commit()


def _of_its_account(job: Job) -> Scope:
    if job.account_id is None:
        return NOBODY
    return Scope(frozenset({job.account_id}), job.account_id, reason=f"job {job.name}")


def _brief(error: Exception) -> str:
    """What staff are shown of an error: its first line, which names no parameters of statements."""
    first, *_ = str(error).splitlines() or [""]
    return first if isinstance(error, Hopeless | NotNow) else f"{type(error).__name__}: {first}"
