"""What an archive says of itself, read from its own list and without unpacking anything.

Refused is what would do harm to whoever unpacks it: far more than it looks like, the same bytes
many times over, names that lead out of the folder.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from portal.base.words import N_, Refused

MOST_ENTRIES = 10_000
RATIO = 50  # so many times larger than the archive, and
FROM = 64 * 1024 * 1024  # so many bytes or more: that is no log any more
DAMAGED = N_("“%(name)s” is damaged, or is no whole archive. Make it again.")
TOO_MANY = N_("“%(name)s” has more than %(most)s files in it. Divide it into several.")
BOMB = N_("“%(name)s” would become far too large when it is unpacked. Divide it into several.")
LEADS_OUT = N_("“%(name)s” has files in it whose names lead out of its folder. Make it again.")
MACROS = N_("“%(name)s” has macros in it. Save it without them.")
_LARGEST_LIST = 16 * 1024 * 1024
_END, _END_64, _WHERE_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LARGE, _MANY = 0xFFFFFFFF, 0xFFFF
_ENTRY = struct.Struct("<4s6H3I5H2I")
_DRIVE = re.compile("[A-Za-z]:")


class Entry(NamedTuple):
    name: str
    packed: int
    unpacked: int
    start: int
    end: int


class _Broken(Exception):
    """It cannot be read as what it says it is."""


def check_zip(source: BinaryIO, size: int, name: str, *, office: bool = False) -> None:
    try:
        entries, list_at = _listed(source, size)
    except (_Broken, struct.error):
        raise Refused(DAMAGED, name=name) from None
    if len(entries) > MOST_ENTRIES:
        raise Refused(TOO_MANY, name=name, most="10 000")
    _refuse_overlaps(entries, list_at, name)
    if any(_is_bomb(it.unpacked, it.packed) for it in entries):
        raise Refused(BOMB, name=name)
    if _is_bomb(sum(it.unpacked for it in entries), size):
        raise Refused(BOMB, name=name)
    if any(_leads_out(it.name) for it in entries):
        raise Refused(LEADS_OUT, name=name)
    if office:
        names = {it.name.lower() for it in entries}
        if "[content_types].xml" not in names:
            raise Refused(DAMAGED, name=name)
        if any(it.endswith("vbaproject.bin") for it in names):
            raise Refused(MACROS, name=name)


def check_gzip(source: BinaryIO, size: int, name: str) -> None:
    """By the length in its last four bytes: of what is longer than 4 GB, the rest of it."""
    if size < 18:
        raise Refused(DAMAGED, name=name)
    source.seek(size - 4)
    (unpacked,) = struct.unpack("<I", source.read(4))
    if _is_bomb(unpacked, size):
        raise Refused(BOMB, name=name)


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > FROM and unpacked > RATIO * packed


def _leads_out(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or bool(_DRIVE.match(path)) or ".." in path.split("/")


def _refuse_overlaps(entries: list[Entry], list_at: int, name: str) -> None:
    at = 0
    for it in sorted(entries, key=lambda it: it.start):
        if it.start < at:
            raise Refused(BOMB, name=name)
        at = it.end
    if at > list_at:
        raise Refused(DAMAGED, name=name)


def _listed(source: BinaryIO, size: int) -> tuple[list[Entry], int]:
    """The entries, at most one more than may be, and where the list of them begins."""
    number, length, list_at = _end_of_list(source, size)
    if number > MOST_ENTRIES:
        return [Entry("", 0, 0, 0, 0)] * (MOST_ENTRIES + 1), size
    if length > _LARGEST_LIST or length < number * _ENTRY.size:
        raise _Broken
    source.seek(list_at)
    entries = list(_entries(source.read(length), number))
    return entries, list_at


def _end_of_list(source: BinaryIO, size: int) -> tuple[int, int, int]:
    """How many entries there are, how long their list is, and where it begins."""
    tail_at = max(0, size - 22 - 0xFFFF - 20)
    source.seek(tail_at)
    tail = source.read(size - tail_at)
    found = tail.rfind(_END)
    if found < 0:
        raise _Broken
    disk, list_disk, here, number, length, list_at, comment = struct.unpack_from(
        "<4H2IH", tail, found + 4
    )
    if disk or list_disk or here != number or found + 22 + comment != len(tail):
        raise _Broken
    end = tail_at + found
    if number == _MANY or _LARGE in {length, list_at}:
        number, length, list_at, end = _end_64(source, tail, found)
    if list_at + length != end:  # or two programs would see two different archives
        raise _Broken
    return number, length, list_at


def _end_64(source: BinaryIO, tail: bytes, found: int) -> tuple[int, int, int, int]:
    if found < 20 or tail[found - 20 : found - 16] != _WHERE_64:
        raise _Broken
    (end,) = struct.unpack_from("<Q", tail, found - 20 + 8)
    if end > 2**62:
        raise _Broken
    source.seek(end)
    record = source.read(56)
    if record[:4] != _END_64:
        raise _Broken
    number, length, list_at = struct.unpack_from("<3Q", record, 32)
    return number, length, list_at, end


def _entries(listing: bytes, number: int) -> Iterator[Entry]:
    at = 0
    for _ in range(number):
        mark, *told = _ENTRY.unpack_from(listing, at)
        if mark != b"PK\x01\x02":
            raise _Broken
        flags, start, at = told[2], told[15], at + _ENTRY.size
        packed, unpacked, name_long, extra_long, note_long = told[7:12]
        name = listing[at : at + name_long]
        extra = listing[at + name_long : at + name_long + extra_long]
        if len(extra) != extra_long:
            raise _Broken
        unpacked, packed, start = _large(extra, unpacked, packed, start)
        plain = name.decode("utf-8" if flags & 0x800 else "cp437", "replace")
        yield Entry(plain, packed, unpacked, start, start + 30 + name_long + packed)
        at += name_long + extra_long + note_long
    if at != len(listing):
        raise _Broken


def _large(extra: bytes, *sizes: int) -> Iterator[int]:
    """The sizes that do not fit where they usually stand, from where they stand instead."""
    at, more = 0, b""
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            more = extra[at + 4 : at + 4 + length]
        at += 4 + length
    found = 0
    for size in sizes:
        if size != _LARGE:
            yield size
            continue
        (large,) = struct.unpack_from("<Q", more, found)
        found += 8
        yield large
