"""A virus scanner that speaks clamd's INSTREAM: bytes go in piece by piece, a verdict comes out."""

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

from portal.base.files import Hold
from portal.base.words import N_, Refused

FOUND = N_("There is a virus in “%(name)s” (%(virus)s), so it was not taken.")
TOO_LARGE = N_(
    "“%(name)s” is too large to be checked for viruses. Divide it into several smaller files."
)
_CONNECT, _ANSWER = 3.0, 120.0  # seconds
_PIECE = 2**16
_LONGEST_VERDICT = 4096


class Unreachable(Exception):
    """The scanner gives no verdict just now. The file waits."""


class Scanner:
    def __init__(self, url: str) -> None:
        """`tcp://host:3310` or `unix:///run/clamav/clamd.ctl`"""
        parts = urlsplit(url)
        if parts.scheme not in {"tcp", "unix"} or not (parts.hostname or parts.path):
            raise ValueError("CLAMD_URL begins with tcp:// or unix:///")
        self._where = (parts.hostname or "", parts.port or 3310)
        self._path = unquote(parts.path) if parts.scheme == "unix" else ""

    def virus_in(self, chunks: Iterable[bytes], name: str) -> str:
        """The name of the virus; empty when there is none."""
        try:
            with self._connected() as clamd:
                # One who has enough closes while we still send, and has said why.
                with suppress(BrokenPipeError, ConnectionResetError):
                    clamd.sendall(b"zINSTREAM\0")
                    for piece in _pieces(chunks):
                        clamd.sendall(struct.pack(">I", len(piece)) + piece)
                    clamd.sendall(struct.pack(">I", 0))
                verdict = _read(clamd)
        except OSError as error:
            raise Unreachable(type(error).__name__) from error
        return _understood(verdict, name)

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        if not self._path:
            with socket.create_connection(self._where, timeout=_CONNECT) as clamd:
                clamd.settimeout(_ANSWER)
                yield clamd
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as clamd:
            clamd.settimeout(_CONNECT)
            clamd.connect(self._path)
            clamd.settimeout(_ANSWER)
            yield clamd


def scanner_at(url: str) -> Scanner | None:
    return Scanner(url) if url else None


def checked(scanner: Scanner | None, chunks: Iterable[bytes], name: str) -> Hold | None:
    """Whether the file has to wait for a verdict. One with a virus in it is refused."""
    if scanner is None:
        return None
    try:
        virus = scanner.virus_in(chunks, name)
    except Unreachable:
        return Hold.WAITING
    if virus:
        raise Refused(FOUND, name=name, virus=virus)
    return None


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for at in range(0, len(chunk), _PIECE):
            yield chunk[at : at + _PIECE]


def _read(clamd: socket.socket) -> str:
    verdict = b""
    while b"\0" not in verdict and len(verdict) < _LONGEST_VERDICT:
        more = clamd.recv(_LONGEST_VERDICT)
        if not more:
            break
        verdict += more
    return verdict.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _understood(verdict: str, name: str) -> str:
    """`stream: OK`, `stream: Eicar-Test-Signature FOUND`, or that something is wrong."""
    if verdict == "stream: OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removeprefix("stream: ").removesuffix(" FOUND")[:80] or "?"
    if "size limit exceeded" in verdict:
        raise Refused(TOO_LARGE, name=name)
    raise Unreachable(verdict[:200] or "It said nothing.")
