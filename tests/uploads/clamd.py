"""A virus scanner of the tests' own, which speaks clamd's INSTREAM and knows one virus."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.uploads.contents import EICAR


class Clamd:
    """What it was asked, and how it answers."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.most = 50_000_000
        self.says = b""  # instead of a verdict
        self.url = ""

    def verdict(self, content: bytes) -> bytes:
        if self.says:
            return self.says
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def _handler(clamd: Clamd) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            assert self._read(10) == b"zINSTREAM\0"
            content = b""
            while length := struct.unpack(">I", self._read(4))[0]:
                content += self._read(length)
                if len(content) > clamd.most:
                    self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            clamd.asked.append(content)
            self.request.sendall(clamd.verdict(content))

        def _read(self, length: int) -> bytes:
            found = b""
            while len(found) < length:
                more = self.request.recv(length - len(found))
                if not more:
                    raise ConnectionError
                found += more
            return found

    return Handler


class _Quiet:
    def handle_error(self, *_told: Any) -> None:
        """Whoever asked has gone away, or never spoke our language."""


class _Tcp(_Quiet, socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


class _Unix(_Quiet, socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def running(where: Path | None = None, port: int = 0) -> Iterator[Clamd]:
    """On a socket in this folder, or else on a port."""
    clamd = Clamd()
    server: socketserver.BaseServer
    if where:
        server = _Unix(str(where / "clamd.ctl"), _handler(clamd))
        clamd.url = (where / "clamd.ctl").as_uri().replace("file:", "unix:")
    else:
        server = _Tcp(("127.0.0.1", port), _handler(clamd))
        clamd.url = f"tcp://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield clamd
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
