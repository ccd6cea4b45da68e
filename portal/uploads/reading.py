"""A file that lies in several parts, read back and forth as if it were one."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from io import SEEK_CUR, SEEK_END, SEEK_SET, BufferedReader, RawIOBase
from typing import Any, BinaryIO, NamedTuple, cast

from portal.base.file_store import FileStore

_BUFFER = 2**18


class Part(NamedTuple):
    start: int
    size: int
    key: str


class _Parts(RawIOBase):
    def __init__(self, store: FileStore, parts: Sequence[Part]) -> None:
        self._store, self._parts = store, parts
        self._starts = [part.start for part in parts]
        self._size = sum(part.size for part in parts)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = SEEK_SET, /) -> int:
        base = {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        if self._at >= self._size or not len(buffer):
            return 0
        part = self._parts[bisect_right(self._starts, self._at) - 1]
        first = self._at - part.start
        last = min(part.size, first + len(buffer))
        piece = next(self._store.read(part.key, first, last))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def read_parts(store: FileStore, parts: Sequence[Part]) -> BinaryIO:
    return cast(BinaryIO, BufferedReader(_Parts(store, parts), _BUFFER))


def chunks_of(store: FileStore, parts: Sequence[Part]) -> Iterator[bytes]:
    """All of it from its beginning, a little at a time."""
    for part in parts:
        yield from store.read(part.key, 0, part.size)
