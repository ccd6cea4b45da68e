"""XML as a stream with bounded memory, from inside a zip file that has been looked over first.

The workbook libraries load a whole sheet, and as wide and high as its outermost cells: 5 kB can
end a process that way. Here nothing is kept but what a handler keeps, and what the parser itself
would keep (names, depth, a tag without end) is counted.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812

from portal.base.words import N_, Refused

CHUNK = 2**16
MAX_DIRECTORY = 2**20
MAX_ENTRIES = 10_000
MAX_RATIO, RATIO_COUNTS_ABOVE = 50, 2**26
MAX_UNPACKED = 2**28
MAX_SHORT = 2**24
MAX_NAMES, MAX_DEPTH, MAX_TAG = 5_000, 100, 2**22
_ENCRYPTED = 1
_LOCAL_HEADER = 30

Attributes = dict[str, str]
DAMAGED = N_("The workbook is damaged. Open it in Excel, save it again and send the new file.")
TOO_MUCH = N_(
    "The workbook unpacks to far too much data. Save the device list alone as a CSV file."
)
_PROTECTED = N_("The file is protected by a password. Save it without one and try again.")


class _Careful:
    """A file that is never asked for much at once: a zip file's directory is read whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size if 0 <= size <= MAX_DIRECTORY else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise Refused(TOO_MUCH)
        return data


def open_zip(file: BinaryIO) -> ZipFile:
    """Open a zip file whose directory holds no lies that would cost us anything."""
    try:
        archive = ZipFile(_Careful(file))
        entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Refused(DAMAGED) from error
    _refuse_bombs(entries)
    _refuse_overlaps(entries, archive.start_dir)
    return archive


def _refuse_bombs(entries: list[ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    bomb = unpacked > RATIO_COUNTS_ABOVE and unpacked > MAX_RATIO * packed
    if bomb or unpacked > MAX_UNPACKED or len(entries) > MAX_ENTRIES:
        raise Refused(TOO_MUCH)
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise Refused(_PROTECTED)
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise Refused(DAMAGED)


def _refuse_overlaps(entries: list[ZipInfo], end: int) -> None:
    """The same bytes counted as many members, and two members with one name, are no accident."""
    starts = [*(entry.header_offset for entry in entries), end]
    for entry, following in zip(entries, starts[1:], strict=True):
        if entry.header_offset + _LOCAL_HEADER + entry.compress_size > following:
            raise Refused(DAMAGED)
    if len({entry.filename for entry in entries}) < len(entries):
        raise Refused(DAMAGED)


class Handler:
    """What to do at each tag. It counts how deep it is, since the parser keeps what is open."""

    depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1

    def end(self, name: str) -> None:
        self.depth -= 1

    def text(self, data: str) -> None: ...


def parse(archive: ZipFile, member: str, handler: Handler) -> Iterator[None]:
    """Feed a member to the handler, and pause after every piece of it."""
    parser = _parser_for(handler)
    fed = 0
    for chunk in _chunks(archive, member):
        fed += len(chunk)
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise Refused(DAMAGED) from error
        too_long = fed - parser.CurrentByteIndex > MAX_TAG
        if too_long or len(parser.intern) > MAX_NAMES or handler.depth > MAX_DEPTH:
            raise Refused(TOO_MUCH)
        yield


def parse_whole(archive: ZipFile, member: str, handler: Handler, *, is_long: bool = False) -> None:
    """Parse a member that is read for what it says of others; only sheets and texts are long."""
    entry = archive.NameToInfo.get(member)
    if entry and entry.file_size > MAX_SHORT and not is_long:
        raise Refused(TOO_MUCH)
    for _ in parse(archive, member, handler):
        pass


def _parser_for(handler: Handler) -> expat.XMLParserType:
    parser = expat.ParserCreate(intern={})
    parser.buffer_text = True

    def root(name: str, attributes: Attributes) -> None:
        """Some programs put a prefix before every name. Most do not, and need not pay for it."""
        prefix = f"{name.rpartition(':')[0]}:"
        start, end = handler.start, handler.end
        if prefix != ":":

            def start(name: str, attributes: Attributes) -> None:
                handler.start(name.removeprefix(prefix), attributes)

            def end(name: str) -> None:
                handler.end(name.removeprefix(prefix))

        parser.StartElementHandler, parser.EndElementHandler = start, end
        start(name, attributes)

    parser.StartElementHandler = root
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    """Workbooks have none. It is where entities are declared that unfold without end."""
    raise Refused(DAMAGED)


def _chunks(archive: ZipFile, member: str) -> Iterator[bytes]:
    """The member in pieces, and an empty one at its end."""
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
        yield b""
    except (BadZipFile, KeyError, EOFError, ZlibError, NotImplementedError, ValueError) as error:
        raise Refused(DAMAGED) from error
