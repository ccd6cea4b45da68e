"""What machines ask: whether the process lives, whether it can work, and how it is doing."""

import hmac
import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from flask import Blueprint, Flask, Response, abort, current_app, json, request
from flask.typing import ResponseReturnValue

from portal.base import clock, leases
from portal.base.db import READING
from portal.base.file_store import FileStore
from portal.base.leases import QueueState
from portal.base.tenancy import NOBODY
from portal.web import metrics
from portal.web.guard import public
from portal.web.session import Sessions

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds that a check may take: whoever asks wants an answer, not to wait too
SILENCE = timedelta(minutes=1)  # workers show that they live four times as often
LONGEST_WAIT = timedelta(minutes=5)


def init_app(app: Flask, metrics_token: str) -> None:
    app.extensions["metrics_token"] = metrics_token
    app.extensions["readiness"] = Readiness(app.extensions["sessions"], app.extensions["files"])
    app.register_blueprint(bp)


class Readiness:
    """The checks, made aside: a database or a disk that hangs must not hang whoever asks."""

    def __init__(self, sessions: Sessions, files: FileStore) -> None:
        self._checks: dict[str, Callable[[], object]] = {
            "database": lambda: _queue(sessions),
            "files": files.check,
            "jobs": lambda: _expect_work(_queue(sessions)),
        }
        self._running: dict[str, _Check] = {}
        self._starting = threading.Lock()

    def check(self) -> dict[str, bool]:
        with self._starting:
            for name, check in self._checks.items():
                last = self._running.get(name)
                if last is None or not last.is_alive():  # one that hangs is enough
                    self._running[name] = _Check(check)
                    self._running[name].start()
            running = dict(self._running)
        until = monotonic() + PATIENCE
        for thread in running.values():
            thread.join(max(0, until - monotonic()))
        return {name: thread.good for name, thread in running.items()}


class _Check(threading.Thread):
    def __init__(self, check: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._check = check
        self.good = False

    def run(self) -> None:
        try:
            self._check()
        except Exception as error:
            log.warning("not ready", exc_info=error)
        else:
            self.good = True


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers. Asks nothing of the database: restarting would not mend that."""
    return _json({"process": True})


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    return _json(current_app.extensions["readiness"].check())


@bp.get("/metrics")
@public
def show_metrics() -> ResponseReturnValue:
    token: str = current_app.extensions["metrics_token"]
    if not token:
        abort(404)
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        abort(403)
    text = metrics.exposition(_queue(current_app.extensions["sessions"]))
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _json(found: dict[str, bool]) -> Response:
    told = {name: "ok" if good else "failed" for name, good in found.items()}
    status = 200 if all(found.values()) else 503
    return Response(json.dumps(told), status, content_type="application/json")


def _queue(sessions: Sessions) -> QueueState:
    with sessions(scope=NOBODY) as session:
        session.connection(execution_options=READING)
        return leases.queue_state(session)


def _expect_work(queue: QueueState) -> None:
    """Jobs are done when a worker lives, and none of them has waited for long."""
    seen = queue.worker_seen_at
    if seen is None or clock.now() - seen > SILENCE:
        raise RuntimeError("No worker was seen lately.")
    if queue.oldest > LONGEST_WAIT:
        raise RuntimeError("Jobs wait for too long.")
