"""Where the bytes of files are kept: a folder of this machine, or a bucket that speaks S3.

A file is written once under a name nobody can guess, appears whole or not at all, and is never
changed. Its name, type and owner are in the database (base/files.py).
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from portal.base.bucket import bucket

if TYPE_CHECKING:
    from obstore import HTTP_METHOD, Attributes

_PART = 5 * 1024 * 1024  # the smallest part that S3 takes
_WINDOW = 1024 * 1024
_FOLDER, _SIGNED_FOR = "files", timedelta(minutes=15)


class StorageTrouble(Exception):
    """The storage did not do what it was asked, or not wholly. Trying again may help."""


class TooLarge(Exception):
    """The file is larger than it may be. Nothing of it was kept."""


class FileStore:
    def __init__(self, url: str) -> None:
        """`file:///a/folder`, or `s3://bucket/prefix?endpoint=http://...&region=...`"""
        parts = urlsplit(url)
        self._root = Path(unquote(parts.path)) if parts.scheme == "file" else None
        if not (self._root and self._root.is_absolute()) and not (
            parts.scheme == "s3" and parts.netloc
        ):
            raise ValueError("STORAGE_URL begins with file:/// or s3://")
        self._address = parts

    @cached_property
    def _store(self) -> "LocalStore | S3Store":
        if self._root:
            return LocalStore(self._root, mkdir=True)
        where = self._address
        return bucket(where.netloc, where.path.strip("/"), where.query)

    def put(
        self,
        key: str,
        chunks: Iterable[bytes],
        *,
        limit: int | None = None,
        told: "Attributes | None" = None,
    ) -> tuple[int, str]:
        """Keep these bytes, and tell how many they were and their SHA-256.

        What is `told` a bucket says to those who are sent to it; a folder has no place for it.
        """
        path, size, digest = _path(key), 0, sha256()
        # One part at a time: twelve at once, the default, would be 60 MB a file. A writer that is
        # let go of before it was closed leaves nothing behind.
        with _trouble():
            writer = obstore.open_writer(
                self._store,
                path,
                attributes=None if self._root else told,
                buffer_size=_PART,
                max_concurrency=1,
            )
        try:
            for chunk in chunks:
                size += len(chunk)
                if limit is not None and size > limit:
                    raise TooLarge(f"More than {limit} bytes.")
                digest.update(chunk)
                with _trouble():
                    writer.write(chunk)
        except BaseException:
            del writer
            raise
        with _trouble():
            writer.close()
            kept = obstore.head(self._store, path)["size"]
            if self._root:
                _settle(self._root / path)
        if kept != size:
            raise StorageTrouble(f"{kept} of {size} bytes were kept.")
        return size, digest.hexdigest()

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`. Fails at once when there is no such file.

        Asked for piece by piece: a slow reader holds no connection to the storage, and a piece
        that comes short is trouble and never the end of the file.
        """
        path = _path(key)
        if end is None:
            with _trouble():
                end = obstore.head(self._store, path)["size"]
        first = self._piece(path, start, end)
        return self._pieces(path, first, start, end)

    def open(self, key: str, size: int) -> BinaryIO | None:
        """The file itself where there is a folder, for a server that sends files by itself."""
        if not self._root:
            return None
        with _trouble():
            file = (self._root / _path(key)).open("rb")
        if os.fstat(file.fileno()).st_size == size:
            return file
        file.close()
        raise StorageTrouble(f"The file of {size} bytes has another length.")

    def path_of(self, key: str) -> str:
        """Where the file lies below the folder, for a server in front that reads it itself."""
        return _path(key)

    def address_of(self, key: str, method: str = "GET") -> str:
        """An address in the bucket that opens to whoever has it, for as long as a download takes
        to begin: what is cut off later asks us again."""
        assert isinstance(self._store, S3Store), "A folder has no addresses."
        verb: HTTP_METHOD = "HEAD" if method == "HEAD" else "GET"
        with _trouble():
            return obstore.sign(self._store, verb, _path(key), _SIGNED_FOR)

    def delete(self, key: str) -> None:
        with _trouble(), suppress(FileNotFoundError):
            obstore.delete(self._store, _path(key))

    def check(self) -> None:
        """Write and read a few bytes; raises when that does not work."""
        with _trouble():
            obstore.put(self._store, "check", b"ok")
            if bytes(obstore.get(self._store, "check").bytes()) != b"ok":
                raise StorageTrouble("What was read is not what was written.")

    def older_than(self, moment: datetime) -> Iterator[list[str]]:
        """The keys of files that were there before this moment, some hundreds at a time."""
        with _trouble():
            for found in obstore.list(self._store, _FOLDER, chunk_size=500):
                old = [each["path"] for each in found if each["last_modified"] < moment]
                yield [path.rpartition("/")[2] for path in old]

    def clear_halves(self, moment: datetime) -> None:
        """Remove what killed processes left in the folder. A bucket has a lifecycle rule for it."""
        for half in self._root.glob(f"{_FOLDER}/*/*#*") if self._root else ():
            if half.stat().st_mtime < moment.timestamp():
                half.unlink(missing_ok=True)

    def _pieces(self, path: str, piece: bytes, start: int, end: int) -> Iterator[bytes]:
        while piece:
            yield piece
            start += len(piece)
            piece = self._piece(path, start, end)

    def _piece(self, path: str, start: int, end: int) -> bytes:
        wanted = min(end - start, _WINDOW)
        if wanted <= 0:
            return b""
        with _trouble():
            piece = bytes(obstore.get_range(self._store, path, start=start, length=wanted))
        if len(piece) != wanted:
            raise StorageTrouble(f"{len(piece)} of {wanted} bytes came.")
        return piece


@contextmanager
def _trouble() -> Iterator[None]:
    """Say in our own words that the storage failed."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise StorageTrouble(type(error).__name__) from error


def _path(key: str) -> str:
    if not re.fullmatch(r"[\w-]{16,64}", key, re.ASCII):
        raise ValueError("Keys are random, not names.")
    return f"{_FOLDER}/{key[:2]}/{key}"


def _settle(path: Path) -> None:
    """See to it that neither the file nor its name is lost in a power cut."""
    for each in (path, path.parent, path.parent.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
