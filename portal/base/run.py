"""What a job's function is handed: sessions that are kept only while the job is still its own."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import sessionmaker

from portal.base import leases
from portal.base.access import Permission
from portal.base.db import READING
from portal.base.file_store import FileStore
from portal.base.jobs import Hopeless, Job, NotNow
from portal.base.leases import LeaseLost
from portal.base.tenancy import NOBODY, Scope, ScopedSession

Sessions = sessionmaker[ScopedSession]
Rights = Callable[[int, int, Permission], Scope | None]

_BEAT = 8.0  # seconds between two extensions of a lease
_log = logging.getLogger(__name__)


class Run:
    """One try at one job."""

    def __init__(
        self, job: Job, *, sessions: Sessions, files: FileStore, settings: Any, rights: Rights
    ) -> None:
        self.job, self.files, self.settings = job, files, settings
        self.finished = False
        self._sessions, self._rights = sessions, rights
        self._lost = threading.Event()
        self._began_with: Scope | None = None

    @contextmanager
    def session(self, scope: Scope) -> Iterator[ScopedSession]:
        """One transaction. It is kept only if the job is still this worker's at its end."""
        if self.finished:
            raise LeaseLost("The job was finished before.")
        with self._sessions(scope=scope) as session:
            yield session
            if not self.finished:
                leases.extend(session, self.job, leases.time_of(session))
            session.commit()

    @contextmanager
    def reading(self, scope: Scope) -> Iterator[ScopedSession]:
        """A session that only reads, beside one that writes: it holds no lock."""
        with self._sessions(scope=replace(scope, under=None)) as session:
            session.connection(execution_options=READING)
            yield session

    def finish(self, session: ScopedSession) -> None:
        """Let the job be done when this transaction is kept: never the one without the other."""
        leases.finish(session, self.job, leases.time_of(session))
        self.finished = True

    def scope(self, permission: Permission) -> Scope:
        """The job's account, if whoever it is done for may still do this kind of thing there."""
        user_id, account_id = self.job.user_id, self.job.account_id
        if account_id is None:
            return NOBODY
        if user_id is None:
            return Scope(frozenset({account_id}), account_id, reason=f"job {self.job.name}")
        scope = self._rights(user_id, account_id, permission)
        if scope is None:
            raise Hopeless("The person has lost the right to this account.")
        if self._began_with and self._began_with.limits != scope.limits:
            # Nothing that was begun is kept, and the next try begins with what they see by then.
            raise NotNow("The person sees more of the account by now, or less.", wait=timedelta())
        self._began_with = scope
        return scope

    def beat(self) -> None:
        """Call it now and then in long work: it ends the try when someone else has the job.

        The lease itself is extended beside the work, so that no slow statement loses it.
        """
        if self._lost.is_set():
            raise LeaseLost(self.job.name)

    @contextmanager
    def kept(self, longest: float) -> Iterator[None]:
        """Extend the lease beside the work until it is done, or has taken longer than it may."""
        done = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(done, longest), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep(self, done: threading.Event, longest: float) -> None:
        for _ in range(int(longest / _BEAT) + 1):
            if done.wait(_BEAT):
                return
            try:
                with self._sessions(scope=NOBODY) as session:
                    leases.extend(session, self.job, leases.time_of(session))
                    leases.show_life(session, leases.time_of(session))
                    session.commit()
            except LeaseLost:
                break
            except (
                DBAPIError,
                NoConnection,
            ) as error:  # away or locked for a moment: the lease outlasts it
                _log.warning("lease not extended: %s", type(error).__name__)
        self._lost.set()
