"""What publishers send, and how each kind begins and ends: what was renamed, or cut off on its way,
is not published."""

import gzip
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from portal.base.files import safe_name
from portal.base.words import N_, Refused
from portal.uploads.examining import NOT_WHAT_IT_SAYS
from portal.uploads.kinds import begins, ending_of
from portal.uploads.rules import check_size

MOST_BYTES = 20_000_000_000
NOT_AMONG = N_("“%(name)s” cannot be published. The file must be %(kinds)s.")
CUT = N_("“%(name)s” is not whole: its end is missing. Send it again from where it was made.")
_HEAD, _TAIL = 4096, 4096
_PIECE = 2**20
Whole = Callable[[BinaryIO], bool]


def _zip_is_whole(source: BinaryIO) -> bool:
    """It has its table of contents, which stands at the end, and all that it names."""
    try:
        with zipfile.ZipFile(source) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return bool(listed)


def _gzip_is_whole(source: BinaryIO) -> bool:
    """Read to its end, where it says how much there was and its sum."""
    try:
        with gzip.open(source) as opened:
            while opened.read(_PIECE):
                pass
    except (EOFError, OSError, zlib.error):
        return False
    return True


def _ends_with(mark: bytes, within: int) -> Whole:
    def look(source: BinaryIO) -> bool:
        size = source.seek(0, 2)
        source.seek(max(0, size - within))
        return mark in source.read(within)

    return look


def _dmg_is_whole(source: BinaryIO) -> bool:
    """Its last block says what is where."""
    source.seek(max(0, source.seek(0, 2) - 512))
    return source.read(4) == b"koly"


def _anything(_source: BinaryIO) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    media_type: str
    fits: Callable[[bytes], bool]
    whole: Whole = _anything


def _no_page(head: bytes) -> bool:
    """Raw images begin in any way, but for those that a browser or a shell would run."""
    return head.lstrip()[:1] != b"<" and not head.startswith((b"#!", b"MZ", b"\x7fELF"))


_ZIP = Kind("application/zip", begins(b"PK\x03\x04"), _zip_is_whole)
_GZIP = Kind("application/gzip", begins(b"\x1f\x8b\x08"), _gzip_is_whole)
_RAW = Kind("application/octet-stream", _no_page)
SOFTWARE: dict[str, Kind] = {
    "zip": _ZIP,
    "gz": _GZIP,
    "tgz": _GZIP,
    "exe": Kind("application/vnd.microsoft.portable-executable", begins(b"MZ")),
    "msi": Kind("application/x-msi", begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    "pkg": Kind("application/octet-stream", begins(b"xar!")),
    "dmg": Kind("application/x-apple-diskimage", _no_page, _dmg_is_whole),
    **dict.fromkeys(("bin", "dfu", "fw", "img", "ld", "swu"), _RAW),
}
DOCUMENTS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", begins(b"%PDF-"), _ends_with(b"%%EOF", 2048)),
    "zip": _ZIP,
}
KINDS = SOFTWARE | DOCUMENTS


def read_name(name: str) -> tuple[str, Kind]:
    shown = safe_name(name)
    kind = KINDS.get(ending_of(shown))
    if kind is None:
        raise Refused(NOT_AMONG, name=shown, kinds=sorted(each.upper() for each in KINDS))
    return shown, kind


def examine(source: BinaryIO, *, name: str, size: int) -> str:
    """The media type it is kept under."""
    shown, kind = read_name(name)
    check_size(shown, size, MOST_BYTES)
    source.seek(0)
    if not kind.fits(source.read(_HEAD)):
        raise Refused(NOT_WHAT_IT_SAYS, name=shown)
    source.seek(0)
    if not kind.whole(source):
        raise Refused(CUT, name=shown)
    return kind.media_type
