"""The embedded server, and the worker in a process beside it."""

import errno
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import waitress
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from portal.app import ROOT, create_app
from portal.base import workdays
from portal.config import Settings
from portal.uploads.rules import MOST_WITH_FORM

_LAST_WORDS = 25  # seconds that a worker gets to end in, a little more than it takes
_THREADS = 8
_AT_ONCE = 15  # seconds: a worker that ends sooner has refused to begin, and said why
_MOST_REFUSALS = 5  # in a row; the waits between them double, so that they outlast a short outage
_WAIT = 1.0


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take the port at once, before anything else is done for nothing."""
    with ExitStack() as kept:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            taken = kept.enter_context(socket.socket(family, kind, protocol))
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                sys.exit(f"Port {port} is taken; choose another, such as PORT={port + 1}.")
            sys.exit(f"Cannot listen on {host}, port {port}: {error.strerror}.")
        yield taken


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches whatever listens on this host."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(each[4][0]).is_loopback for each in found)


def serve(settings: Settings, taken: socket.socket, *, worker: bool) -> None:
    """Answer until SIGTERM or Ctrl+C; then let requests and the job at hand end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = create_app(settings)
    workdays.get_ready()
    server = waitress.create_server(
        app,
        sockets=[taken],
        threads=_THREADS,
        ident=None,
        max_request_body_size=MOST_WITH_FORM + 1,
        # Whom to believe about the caller is decided in one place, see app.py.
        clear_untrusted_proxy_headers=False,
    )
    server.channel_class = Channel
    beside = WorkerProcess(settings) if worker else None
    try:
        server.run()
    finally:
        if beside:
            beside.stop()
        server.close()
    if beside and beside.given_up:
        sys.exit(
            "The jobs cannot be done: what is to do them ends as soon as it starts, see above."
        )


class TooLarge(WSGITask):  # type: ignore[misc]
    """The portal itself says no, by the length that was announced, to what nobody reads."""

    def execute(self) -> None:
        self.set_close_on_finish()
        super().execute()


def _refusal(channel: HTTPChannel, request: Any) -> Any:
    announced = isinstance(request.error, RequestEntityTooLarge) and not request.chunked
    return (TooLarge if announced else ErrorTask)(channel, request)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A line to a browser."""

    error_task_class = staticmethod(_refusal)


class WorkerProcess:
    """`portal work` in a process of its own, where heavy jobs hold up no page.

    Started again whenever it ends, unless it refuses to begin time after time. It ends by itself
    when we do, even by kill -9: it reads a pipe that only we hold open.
    """

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | settings.to_environment()
        self._stopping = threading.Event()
        self.given_up = False
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _watch(self) -> None:
        refusals = 0
        while True:
            began = time.monotonic()
            refused = self._process.wait() == 1 and time.monotonic() - began < _AT_ONCE
            refusals = refusals + 1 if refused else 0
            if refusals == _MOST_REFUSALS and not self._stopping.is_set():
                self.given_up = True
                os.kill(os.getpid(), signal.SIGTERM)
                return
            if self._stopping.wait(_WAIT * 2 ** max(0, refusals - 1)):
                return
            if self._process.stdin:
                self._process.stdin.close()
            self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "portal.cli", "work", "--while-stdin-open"]
        return subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, cwd=ROOT, env=self._environment
        )
