"""One line for each request and for whatever went wrong: JSON, and of people nothing but ids.

Paths are left out, since references and tokens stand in them, and so are the words of errors,
which repeat what somebody typed: an error is its type and the lines of code it came through. On a
terminal, where a developer looks on, errors are shown whole.
"""

import atexit
import logging
import os
import queue
import re
import sys
import threading
import traceback
from dataclasses import asdict
from secrets import token_hex
from time import monotonic
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, has_request_context, request
from structlog.typing import EventDict, Processor

from portal.base import statements
from portal.web import metrics

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MOST_LINES = 10_000
_log = structlog.stdlib.get_logger("portal.requests")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(stream: TextIO | None = None) -> None:
    """Let the whole process write its lines to standard output."""
    stream = stream or sys.stdout
    terminal = stream.isatty()
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _say_which_request,
    ]
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if terminal:
        last += [_defuse, structlog.dev.ConsoleRenderer()]
    else:
        last += [_keep_quiet, _defuse, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = Unhurried(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=shared)
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in ("waitress", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """The first to be told of a request and the last to see its answer: call it before others."""
    app.before_request(_begin)
    app.after_request(_end)
    app.log_exception = _failed  # type: ignore[method-assign,assignment]


class Unhurried(logging.Handler):
    """Writes lines beside the requests: a reader that hangs costs lines, and holds up nobody."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue(_MOST_LINES)
        self._start()
        os.register_at_fork(after_in_child=self._start)
        atexit.register(self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record))
        except Exception:  # a line is never worth a request
            metrics.LOST_LINES.inc()

    def flush(self) -> None:
        until = monotonic() + 1
        while self._lines.unfinished_tasks and monotonic() < until:
            threading.Event().wait(0.01)

    def _start(self) -> None:
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # nobody reads any more
                metrics.LOST_LINES.inc()
            finally:
                self._lines.task_done()


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else token_hex(8)
    g.began = monotonic()
    statements.begin_count()


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    try:
        answer = metrics.Answer(
            endpoint=request.endpoint or "-",
            method=request.method if request.method in _METHODS else "-",
            status=response.status_code,
            ms=round((monotonic() - g.began) * 1000, 1),
            statements=statements.sent(),
        )
        metrics.answered(answer)
        _log.info("request", **asdict(answer), **_who())
    except Exception:  # a line is never worth a request
        metrics.LOST_LINES.inc()
    return response


def _who() -> dict[str, int]:
    """Ids of the person and the account, where the request came to know them by itself."""
    viewer = g.get("_login_user")
    account = getattr(viewer, "account", None)
    found = {"user_id": getattr(viewer, "id", None), "account_id": getattr(account, "id", None)}
    return {name: each for name, each in found.items() if isinstance(each, int)}


def _failed(exc_info: ExcInfo) -> None:
    """Instead of Flask's own line, which names the path."""
    logging.getLogger("portal.errors").error("a request failed", exc_info=exc_info)


def _say_which_request(_logger: Any, _name: str, event: EventDict) -> EventDict:
    if has_request_context() and "request_id" in g:
        event["request_id"] = g.request_id
    return event


def _keep_quiet(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """An error's type and where it came through, without a word of what it says."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = _name_of(error)
        if error.__cause__:
            event["because"] = _name_of(error.__cause__)
        event["through"] = [
            f"{os.path.relpath(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def _name_of(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _defuse(_logger: Any, _name: str, event: EventDict) -> EventDict:
    """No value begins a line of its own, or paints the terminal of whoever reads it."""
    for name, each in event.items():
        if isinstance(each, str) and name != "exception":
            event[name] = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", each)
    return event
