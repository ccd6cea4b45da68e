"""A cable between a browser and the portal, which can be pulled out in the middle of something."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_RESET = struct.pack("ii", 1, 0)  # close at once, as if nobody had been there


class Cable:
    def __init__(self, port: int) -> None:
        self._port = port
        self._left: float = float("inf")  # bytes that still get through to the portal
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.cut = threading.Event()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut_after(self, size: int) -> None:
        """Pull it out when so many bytes more have got through."""
        self._left = size

    def mend(self) -> None:
        self._left = float("inf")
        self.cut.clear()

    def close(self) -> None:
        self._pull()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # which wakes whoever waits for a caller
        self._accepting.join()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _address = self._listening.accept()
                there = socket.create_connection(("127.0.0.1", self._port))
                with self._lock:
                    if self.cut.is_set():
                        _reset(here)
                        _reset(there)
                        continue
                    self._ends += [here, there]
                for ends in ((here, there, True), (there, here, False)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, whence: socket.socket, to: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while some := whence.recv(2**16):
                if counted:
                    self._left -= len(some)
                    if self._left < 0:
                        self._pull()
                        return
                to.sendall(some)
            to.shutdown(socket.SHUT_WR)

    def _pull(self) -> None:
        with self._lock:
            self.cut.set()
            ends, self._ends = self._ends, []
        for each in ends:
            _reset(each)


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def laid_to(url: str) -> Iterator[tuple[str, Cable]]:
    """The address at the near end, and the cable."""
    cable: Any = Cable(int(url.rpartition(":")[2]))
    try:
        yield f"http://127.0.0.1:{cable.port}", cable
    finally:
        cable.close()
